package dev.mainstay.server.cli;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// One column of a table, or line of a description. Immutable.
///
/// @param name of the property, for CSV
/// @param text what a person reads in a table
/// @param value what a program reads in CSV
record Column(String name, String title, Function<JsonNode, String> text, Function<JsonNode, String> value) {

    static Column of(String name) {
        return of(name, item -> text(item.path(name)));
    }

    static Column of(String name, Function<JsonNode, String> text) {
        return of(name, text, text);
    }

    private static Column of(String name, Function<JsonNode, String> text, Function<JsonNode, String> value) {
        var title = name.replaceAll("([a-z])([A-Z])", "$1 $2").toUpperCase(Locale.ROOT);
        return new Column(name, title, text, value);
    }

    /// A value that is somebody else's: shown as the JSON it is, every digit of it.
    static Column json(String name) {
        return of(name, item -> item.hasNonNull(name) ? item.get(name).toString() : "");
    }

    /// Of a part of the item, where it has that part.
    static Column of(String name, String part, Function<JsonNode, String> text) {
        return of(name, item -> item.hasNonNull(part) ? text.apply(item.path(part)) : "");
    }

    /// Several moments, as [#moment] shows one.
    static Column moments(String name) {
        return of(
                name,
                item -> item.path(name).valueStream().map(Column::moment).collect(Collectors.joining(", ")),
                item -> text(item.path(name)));
    }

    /// A moment in UTC: to the second in a table, whole and with its zone in CSV.
    static Column moment(String name) {
        return moment(name, name);
    }

    /// The same, where the column is called otherwise than the property.
    static Column moment(String name, String property) {
        return of(name, item -> moment(item.path(property)), item -> text(item.path(property)));
    }

    /// The lifecycle state of an agent, and beside it that it is paused, which is no state but what people want.
    static Column state() {
        return of(
                "state",
                agent -> text(agent.path("state"))
                        + (agent.path("desired").asString("").equals("paused") ? ", paused" : ""),
                agent -> text(agent.path("state")));
    }

    private static String moment(JsonNode value) {
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
