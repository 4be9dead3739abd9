package dev.mainstay.server.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;

/// Lines things up for people. Stateless.
final class Table {
    private static final int WIDEST = 60;

    private Table() {}

    static void print(PrintWriter out, List<Column> columns, List<JsonNode> items, Colours colours) {
        var rows = new ArrayList<List<String>>();
        for (var item : items) {
            var row = new ArrayList<String>();
            for (var column : columns) {
                var text = Safe.line(column.text().apply(item));
                row.add(row.size() == columns.size() - 1 ? text : shortened(text)); // the last one is in nobody's way
            }
            rows.add(row);
        }
        var widths = widths(columns, rows);
        line(out, columns.stream().map(Column::title).toList(), widths, new Colours(false));
        rows.forEach(row -> line(out, row, widths, colours));
    }

    /// One thing: title and value of each column that has one.
    static void describe(PrintWriter out, List<Column> columns, JsonNode item, Colours colours) {
        var width = columns.stream()
                .mapToInt(column -> column.title().length())
                .max()
                .orElse(0);
        for (var column : columns) {
            var text = Safe.line(column.text().apply(item));
            if (!text.isEmpty()) {
                out.println(padded(column.title().toLowerCase(Locale.ROOT), width) + "  " + colours.word(text));
            }
        }
    }

    private static String shortened(String line) {
        return line.codePointCount(0, line.length()) > WIDEST
                ? line.substring(0, line.offsetByCodePoints(0, WIDEST - 1)) + "…"
                : line;
    }

    private static int[] widths(List<Column> columns, List<List<String>> rows) {
        var widths =
                columns.stream().mapToInt(column -> column.title().length()).toArray();
        for (var row : rows) {
            for (var i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        return widths;
    }

    private static void line(PrintWriter out, List<String> cells, int[] widths, Colours colours) {
        var line = new StringBuilder();
        for (var i = 0; i < cells.size(); i++) {
            line.append(colours.word(i == cells.size() - 1 ? cells.get(i) : padded(cells.get(i), widths[i])));
            line.append(i == cells.size() - 1 ? "" : "  ");
        }
        out.println(line.toString().stripTrailing());
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
