package dev.mainstay.message;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// One condition of a [MessageFilter]: the field at a path compared with a value. A field that is missing, or of
/// another type than the value, meets none; of an array it is enough that one element does. Immutable and
/// thread-safe.
///
/// @param path from `body` or `headers` on
record Condition(List<String> path, Comparison comparison, JsonNode value) {
    enum Comparison {
        EQUAL("=", "=="),
        UNEQUAL("!=", "!="),
        AT_LEAST(">=", ">="),
        AT_MOST("<=", "<="),
        ABOVE(">", ">"),
        BELOW("<", "<");

        private final String word;
        private final String inPath;

        Comparison(String word, String inPath) {
            this.word = word;
            this.inPath = inPath;
        }

        String word() {
            return word;
        }

        private boolean holds(int order) {
            return switch (this) {
                case EQUAL -> order == 0;
                case UNEQUAL -> order != 0;
                case AT_LEAST -> order >= 0;
                case AT_MOST -> order <= 0;
                case ABOVE -> order > 0;
                case BELOW -> order < 0;
            };
        }
    }

    Condition {
        path = List.copyOf(path);
    }

    boolean holds(JsonNode document) {
        List<JsonNode> found = List.of(document);
        for (String name : path) {
            found = elements(found).stream()
                    .filter(node -> node.has(name))
                    .map(node -> node.get(name))
                    .toList();
        }
        return elements(found).stream().anyMatch(this::compares);
    }

    private static List<JsonNode> elements(List<JsonNode> nodes) {
        List<JsonNode> elements = new ArrayList<>();
        for (JsonNode node : nodes) {
            if (node.isArray()) {
                node.forEach(elements::add);
            } else {
                elements.add(node);
            }
        }
        return elements;
    }

    private boolean compares(JsonNode field) {
        if (field.isNumber() && value.isNumber()) {
            return comparison.holds(field.decimalValue().compareTo(value.decimalValue()));
        }
        if (field.isString() && value.isString()) {
            return comparison.holds(byCodePoints(field.stringValue(), value.stringValue()));
        }
        if (field.isBoolean() && value.isBoolean()) {
            return comparison.holds(Boolean.compare(field.booleanValue(), value.booleanValue()));
        }
        if (field.isNull() && value.isNull()) {
            return comparison.holds(0);
        }
        return field.isNull() != value.isNull() && comparison == Comparison.UNEQUAL;
    }

    // As PostgreSQL does, which compares the bytes of UTF-8.
    private static int byCodePoints(String left, String right) {
        int[] first = left.codePoints().toArray();
        int[] second = right.codePoints().toArray();
        return Arrays.compare(first, second);
    }

    /// The same for PostgreSQL, which says it in
    /// [jsonpath](https://www.postgresql.org/docs/current/functions-json.html#FUNCTIONS-SQLJSON-PATH).
    String jsonPath() {
        StringBuilder text = new StringBuilder("$");
        path.forEach(name -> text.append(".\"").append(name).append('"'));
        return text.append(' ')
                .append(comparison.inPath)
                .append(' ')
                .append(value)
                .toString();
    }

    @Override
    public String toString() {
        return String.join(".", path) + " " + comparison.word + " " + value;
    }
}
