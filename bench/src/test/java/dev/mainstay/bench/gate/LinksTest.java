package dev.mainstay.bench.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// A link in the documentation leads somewhere.
class LinksTest {

    @Test
    void every_link_to_a_file_leads_to_a_file_and_a_heading() {
        var pages = Markdown.all();
        assertThat(pages).isNotEmpty();
        assertThat(pages.stream()
                        .flatMap(page -> page.links().stream()
                                .filter(link -> !leadsSomewhere(page, link))
                                .map(link -> page + ": " + link.target())))
                .isEmpty();
    }

    private static boolean leadsSomewhere(Markdown page, Markdown.Link link) {
        Path target = link.path().isEmpty()
                ? page.file()
                : Objects.requireNonNull(page.file().getParent())
                        .resolve(link.path())
                        .normalize();
        if (!target.startsWith(Sources.root()) || !Files.exists(target)) {
            return false;
        }
        return link.anchor().isEmpty() || Markdown.read(target).anchors().contains(link.anchor());
    }
}
