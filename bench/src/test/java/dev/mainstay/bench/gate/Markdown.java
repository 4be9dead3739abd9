package dev.mainstay.bench.gate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// One page of documentation: its headings, links, tables and code.
///
/// Thread-safe: immutable.
record Markdown(Path file, List<String> prose, List<Code> code) {

    private static final Pattern LINK =
            Pattern.compile("(?<!!)\\[[^\\]]*]\\(([^)\\s]+)\\)|!\\[[^\\]]*]\\(([^)\\s]+)\\)");
    private static final Pattern INLINE_CODE = Pattern.compile("`[^`]*`");
    private static final Pattern SOURCE = Pattern.compile("<!-- from (\\S+) -->");
    private static final String FENCE = "```";

    /// A fenced block.
    ///
    /// @param source the file it is taken from, as a comment before it says; empty when it says nothing
    record Code(String language, String source, List<String> lines) {}

    /// A link to a file of the repository: where it is written and where it leads.
    record Link(String target, String path, String anchor) {}

    static List<Markdown> all() {
        return Sources.all().stream()
                .filter(file -> file.toString().endsWith(".md"))
                .map(Markdown::read)
                .toList();
    }

    static Markdown read(Path file) {
        try {
            return parse(file, Files.readAllLines(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Markdown parse(Path file, List<String> lines) {
        var prose = new ArrayList<String>();
        var code = new ArrayList<Code>();
        Code open = null;
        for (var line : lines) {
            if (open == null && line.strip().startsWith(FENCE)) {
                open = new Code(line.strip().substring(FENCE.length()), sourceOf(prose), new ArrayList<>());
            } else if (open != null && line.strip().equals(FENCE)) {
                code.add(open);
                open = null;
            } else if (open != null) {
                open.lines().add(line);
            } else {
                prose.add(line);
            }
        }
        return new Markdown(file, prose, code);
    }

    private static String sourceOf(List<String> before) {
        var matcher = SOURCE.matcher(before.isEmpty() ? "" : before.getLast().strip());
        return matcher.matches() ? matcher.group(1) : "";
    }

    /// The anchors that GitHub gives to the headings.
    Set<String> anchors() {
        var anchors = new HashSet<String>();
        Map<String, Integer> seen = new HashMap<>();
        for (var line : prose) {
            if (line.matches("#{1,6} .*")) {
                var anchor = anchor(line.replaceFirst("#+ ", ""));
                var count = seen.merge(anchor, 1, Integer::sum);
                anchors.add(count == 1 ? anchor : anchor + "-" + (count - 1));
            }
        }
        return anchors;
    }

    private static String anchor(String heading) {
        return heading.strip()
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-');
    }

    List<Link> links() {
        var links = new ArrayList<Link>();
        for (var line : prose) {
            var matcher = LINK.matcher(INLINE_CODE.matcher(line).replaceAll("code"));
            while (matcher.find()) {
                var target = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
                if (!target.matches("[a-z]+:.*")) {
                    var parts = target.split("#", 2);
                    links.add(new Link(target, parts[0], parts.length > 1 ? parts[1] : ""));
                }
            }
        }
        return links;
    }

    /// The first cells of the tables below a heading that starts with `heading`, down to the next of its level.
    List<String> firstCells(String heading) {
        var cells = new ArrayList<String>();
        var level = heading.replaceFirst("[^#].*", "");
        var inside = false;
        for (var line : prose) {
            if (line.startsWith("#") && line.indexOf(' ') <= level.length()) {
                inside = line.startsWith(heading);
            } else if (inside && line.startsWith("| `")) {
                cells.add(line.split("`", -1)[1]);
            }
        }
        return cells;
    }

    @Override
    public String toString() {
        return Sources.root().relativize(file).toString();
    }
}
