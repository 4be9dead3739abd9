package dev.mainstay.server.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// A fenced block of a document. Immutable.
///
/// @param place the document and the line its text begins at
record Snippet(String place, String language, String text) {

    /// The repository this test runs in.
    static Path repository() {
        var folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("mainstay"))) {
            folder = Objects.requireNonNull(folder.getParent(), "the tests run inside the repository");
        }
        return folder;
    }

    static List<Snippet> in(Path root, Path document) throws IOException {
        var snippets = new ArrayList<Snippet>();
        var lines = Files.readAllLines(document);
        var begin = -1;
        for (var i = 0; i < lines.size(); i++) {
            if (begin < 0 && lines.get(i).startsWith("```")) {
                begin = i;
            } else if (begin >= 0 && lines.get(i).equals("```")) {
                var place = root.relativize(document) + ":" + (begin + 2);
                var language = lines.get(begin).substring(3).strip();
                if (!isExcerpt(lines, begin)) {
                    snippets.add(new Snippet(place, language, String.join("\n", lines.subList(begin + 1, i)) + "\n"));
                }
                begin = -1;
            }
        }
        return snippets;
    }

    /// A block that must stand in a source file, where it is compiled; another test compares the two.
    private static boolean isExcerpt(List<String> lines, int begin) {
        return begin > 0 && lines.get(begin - 1).startsWith("<!-- from ");
    }

    @Override
    public String toString() {
        return place;
    }
}
