package dev.mainstay.server.cli;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/// One column of a table, or line of a description. Immutable.
///
/// @param name of the property, for CSV
record Column(String name, String title, Function<JsonNode, String> text) {

    static Column of(String name) {
        return of(name, item -> text(item.path(name)));
    }

    static Column of(String name, Function<JsonNode, String> text) {
        var title = name.replaceAll("([a-z])([A-Z])", "$1 $2").toUpperCase(Locale.ROOT);
        return new Column(name, title, text);
    }

    /// A moment to the second, `2026-01-31 12:00:00`, in UTC as all that is stored.
    static String moment(JsonNode value) {
        return text(value).replaceFirst("T", " ").replaceFirst("(\\.\\d+)?Z$", "");
    }

    /// The health of something in a column of that name.
    static Column health(Function<JsonNode, JsonNode> score) {
        return of("health", item -> score(score.apply(item)));
    }

    /// A score to one decimal; more of them are noise to whoever reads a table.
    static String score(JsonNode value) {
        return value.isNumber()
                ? BigDecimal.valueOf(value.asDouble())
                        .setScale(1, RoundingMode.HALF_UP)
                        .toPlainString()
                : text(value);
    }

    /// A value as one reads it: lists with commas, two decimals, nothing for null.
    static String text(JsonNode value) {
        if (value.isNull() || value.isMissingNode()) {
            return "";
        }
        if (value.isArray()) {
            return value.valueStream()
                    .map(Column::text)
                    .reduce((left, right) -> left + ", " + right)
                    .orElse("");
        }
        if (value.isFloatingPointNumber()) {
            return BigDecimal.valueOf(value.asDouble())
                    .setScale(2, RoundingMode.HALF_UP)
                    .stripTrailingZeros()
                    .toPlainString();
        }
        return value.isString() ? value.asString() : value.toString();
    }
}
