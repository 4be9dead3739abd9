package dev.mainstay.bench.gate;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Code in the documentation that says where it is from (`<!-- from FILE -->` before it) stands there line by line. The
/// file is compiled and, where it is a test, run.
class SnippetsTest {

    @Test
    void code_stands_in_the_file_it_says_it_is_from() throws IOException {
        var taken = 0;
        for (var page : Markdown.all()) {
            for (var code : page.code()) {
                if (!code.source().isEmpty()) {
                    taken++;
                    var source = Files.readAllLines(Sources.root().resolve(code.source()));
                    assertThat(flat(source))
                            .as("%s, from %s", page, code.source())
                            .contains(flat(code.lines()));
                }
            }
        }
        assertThat(taken).as("pieces of code that say where they are from").isPositive();
    }

    /// Without indentation, which differs, since a page shows a part of a class.
    private static String flat(List<String> lines) {
        return lines.stream().map(String::strip).filter(line -> !line.isEmpty()).collect(joining("\n", "\n", "\n"));
    }
}
