package dev.mainstay.bench.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What no file of the repository may say, and what two files must say alike.
class RepositoryTest {

    /// Folders of one machine; the same names inside a URL are no concern.
    private static final Pattern MACHINE_PATH = Pattern.compile("(?<![\\w.-])/(work|root|home/\\w+)/\\w");

    private static final Pattern UNFINISHED = Pattern.compile("\\b(TO" + "DO|FIX" + "ME)\\b|^[<>]{7} ");
    private static final Pattern MOCKING =
            Pattern.compile("(?i)(org\\.mock" + "ito|easy" + "mock|power" + "mock|jmock" + "it|io\\.mock" + "k)");
    private static final Pattern JDK_HINT = Pattern.compile("Mainstay needs a JDK [^<']*");

    @Test
    void no_file_names_a_folder_of_one_machine() throws IOException {
        assertThat(linesWith(MACHINE_PATH)).isEmpty();
    }

    @Test
    void nothing_is_left_to_do_later() throws IOException {
        assertThat(linesWith(UNFINISHED)).isEmpty();
    }

    @Test
    void nothing_is_mocked() throws IOException {
        assertThat(linesWith(MOCKING)).isEmpty();
    }

    @Test
    void maven_and_the_launcher_say_the_same_about_the_missing_jdk() throws IOException {
        var fromMaven = first(JDK_HINT, Sources.root().resolve("pom.xml"));
        assertThat(first(JDK_HINT, Sources.root().resolve("mainstay"))).isEqualTo(fromMaven);
    }

    private static String first(Pattern pattern, Path file) throws IOException {
        var matcher = pattern.matcher(Files.readString(file));
        assertThat(matcher.find()).as("%s says %s", file, pattern).isTrue();
        return matcher.group();
    }

    private static List<String> linesWith(Pattern pattern) throws IOException {
        var found = new ArrayList<String>();
        for (var file : Sources.all()) {
            var lines = textOf(file);
            for (int i = 0; i < lines.size(); i++) {
                if (pattern.matcher(lines.get(i)).find()) {
                    found.add(Sources.root().relativize(file) + ":" + (i + 1) + " "
                            + lines.get(i).strip());
                }
            }
        }
        return found;
    }

    private static List<String> textOf(Path file) throws IOException {
        try {
            return Files.readAllLines(file);
        } catch (MalformedInputException aPictureOrAnArchive) {
            return List.of();
        }
    }
}
