package dev.mainstay.server.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// Comma-separated values by RFC 4180. A cell that a spreadsheet would take for a formula begins with an apostrophe,
/// since names and messages come from others. Stateless.
final class Csv {
    private static final String FORMULA = "=+-@\t\r";

    private Csv() {}

    static void print(PrintWriter out, List<Column> columns, List<JsonNode> items) {
        line(out, columns.stream().map(Column::name).toList());
        for (var item : items) {
            line(out, columns.stream().map(column -> column.value().apply(item)).toList());
        }
    }

    private static void line(PrintWriter out, List<String> cells) {
        out.print(cells.stream().map(Csv::cell).collect(Collectors.joining(",")));
        out.print("\r\n");
    }

    static String cell(String text) {
        var safe =
                !text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0 && !text.matches("-?\\d+(\\.\\d+)?(E-?\\d+)?")
                        ? "'" + text
                        : text;
        var quoted = safe.contains(",") || safe.contains("\"") || safe.contains("\n") || safe.contains("\r");
        return quoted || !safe.equals(text) ? '"' + safe.replace("\"", "\"\"") + '"' : safe;
    }
}
