package dev.mainstay.server.http;

import static java.util.Objects.requireNonNull;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/// Reads the properties of one JSON object and notes what is wrong with them by path, so that an answer names every
/// mistake at once. After a mistake a read gives a stand-in; [#read] throws before anything uses it. Not thread-safe.
final class Fields {
    private static final Pattern UUID_FORM = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private final JsonNode node;
    private final String path;
    private final List<Problem.At> errors;
    private final Set<String> known = new HashSet<>();

    private Fields(JsonNode node, String path, List<Problem.At> errors) {
        this.node = node;
        this.path = path;
        this.errors = errors;
    }

    /// Reads a whole body; refused with 422 and all mistakes when there are any, unknown properties among them.
    static <T> T read(JsonNode body, Function<Fields, T> reader) {
        List<Problem.At> errors = new ArrayList<>();
        T value = nested(body, "$", errors, reader);
        if (!errors.isEmpty()) {
            throw Refusal.invalid(errors);
        }
        return value;
    }

    private static <T> T nested(JsonNode node, String path, List<Problem.At> errors, Function<Fields, T> reader) {
        Fields fields = new Fields(node, path, errors);
        if (!node.isObject()) {
            errors.add(new Problem.At(path, "must be an object"));
        }
        T value = reader.apply(fields);
        fields.refuseUnknown();
        return value;
    }

    private void refuseUnknown() {
        node.propertyNames().stream()
                .filter(name -> !known.contains(name))
                .forEach(name -> error(
                        name,
                        "is not known here; known are "
                                + known.stream().sorted().collect(Collectors.joining(", "))));
    }

    void error(String name, String message) {
        errors.add(new Problem.At(path + "." + name, message));
    }

    /// What `maker` makes of a property; when it refuses, that is a mistake of the property.
    <T> T made(String name, T otherwise, Supplier<T> maker) {
        try {
            return maker.get();
        } catch (IllegalArgumentException e) {
            error(name, String.valueOf(e.getMessage()));
            return otherwise;
        }
    }

    private @Nullable JsonNode value(String name) {
        known.add(name);
        JsonNode value = node.get(name);
        return value == null || value.isNull() ? null : value;
    }

    private boolean missing(String name, @Nullable JsonNode value) {
        if (value == null) {
            error(name, "is missing");
        }
        return value == null;
    }

    String text(String name, int maxLength) {
        JsonNode value = value(name);
        if (missing(name, value)) {
            return "";
        }
        String text = text(name, value, maxLength);
        if (text.isBlank()) {
            error(name, "must not be empty");
        }
        return text;
    }

    String text(String name, int maxLength, String otherwise) {
        JsonNode value = value(name);
        return value == null ? otherwise : text(name, value, maxLength);
    }

    boolean flag(String name, boolean otherwise) {
        JsonNode value = value(name);
        if (value == null) {
            return otherwise;
        }
        if (!value.isBoolean()) {
            error(name, "must be true or false");
        }
        return value.asBoolean(otherwise);
    }

    @Nullable
    String optionalText(String name, int maxLength) {
        JsonNode value = value(name);
        return value == null ? null : text(name, value, maxLength);
    }

    private String text(String name, @Nullable JsonNode value, int maxLength) {
        if (value == null || !value.isString()) {
            error(name, "must be a string");
            return "";
        }
        String text = value.stringValue();
        if (text.length() > maxLength) {
            error(name, "must have at most " + maxLength + " characters, has " + text.length());
        }
        if (text.codePoints().anyMatch(Fields::isUnwanted)) {
            error(name, "must not contain control characters or marks that turn the direction of text");
        }
        return text;
    }

    // Line breaks and tabs belong to texts; everything else of this kind only hides something.
    private static boolean isUnwanted(int letter) {
        return switch (Character.getType(letter)) {
            case Character.CONTROL -> letter != '\n' && letter != '\t' && letter != '\r';
            case Character.FORMAT -> (letter >= 0x202A && letter <= 0x202E) || (letter >= 0x2066 && letter <= 0x2069);
            default -> false;
        };
    }

    String matching(String name, Pattern pattern) {
        JsonNode value = value(name);
        return missing(name, value) ? "" : matching(name, value, pattern);
    }

    String matching(String name, Pattern pattern, String otherwise) {
        JsonNode value = value(name);
        return value == null ? otherwise : matching(name, value, pattern);
    }

    private String matching(String name, @Nullable JsonNode value, Pattern pattern) {
        String text = text(name, value, 1000);
        if (value != null && value.isString() && !pattern.matcher(text).matches()) {
            error(name, "must match " + pattern);
        }
        return text;
    }

    <T> T oneOf(String name, T[] choices, Function<T, String> word) {
        JsonNode value = value(name);
        return missing(name, value) ? choices[0] : oneOf(name, value, choices, word);
    }

    <T> T oneOf(String name, T[] choices, Function<T, String> word, T otherwise) {
        JsonNode value = value(name);
        return value == null ? otherwise : oneOf(name, value, choices, word);
    }

    private <T> T oneOf(String name, @Nullable JsonNode value, T[] choices, Function<T, String> word) {
        String text = value != null && value.isString() ? value.stringValue() : "";
        for (T choice : choices) {
            if (word.apply(choice).equals(text)) {
                return choice;
            }
        }
        error(name, "must be one of " + Arrays.stream(choices).map(word).collect(Collectors.joining(", ")));
        return choices[0];
    }

    long whole(String name, long min) {
        JsonNode value = value(name);
        return missing(name, value) ? min : whole(name, value, min, Long.MAX_VALUE);
    }

    long whole(String name, long min, long otherwise) {
        return whole(name, min, Long.MAX_VALUE, otherwise);
    }

    long whole(String name, long min, long max, long otherwise) {
        JsonNode value = value(name);
        return value == null ? otherwise : whole(name, value, min, max);
    }

    private long whole(String name, @Nullable JsonNode value, long min, long max) {
        boolean fits = value != null
                && value.isIntegralNumber()
                && value.canConvertToLong()
                && value.longValue() >= min
                && value.longValue() <= max;
        if (!fits) {
            error(name, "must be a whole number from " + min + (max == Long.MAX_VALUE ? " on" : " to " + max));
        }
        return fits && value != null ? value.longValue() : min;
    }

    double number(String name, double min, double max) {
        JsonNode value = value(name);
        return missing(name, value) ? min : number(name, value, min, max);
    }

    double number(String name, double min, double max, double otherwise) {
        JsonNode value = value(name);
        return value == null ? otherwise : number(name, value, min, max);
    }

    private double number(String name, @Nullable JsonNode value, double min, double max) {
        double number = value != null && value.isNumber() ? value.doubleValue() : Double.NaN;
        if (!Double.isFinite(number) || number < min || number > max) {
            error(name, "must be a number from " + (min == 0 ? "0" : min) + " to " + max);
            return min;
        }
        return number;
    }

    @Nullable
    Instant instant(String name) {
        String text = optionalText(name, 100);
        if (text == null) {
            return null;
        }
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            error(name, "must be a time such as 2026-01-31T12:00:00Z");
            return null;
        }
    }

    Duration duration(String name, Duration min, Duration max, Duration otherwise) {
        Duration duration = optionalDuration(name, min, max);
        return duration == null ? otherwise : duration;
    }

    /// One that must be there.
    Duration duration(String name, Duration min, Duration max) {
        missing(name, value(name));
        return duration(name, min, max, min);
    }

    @Nullable
    Duration optionalDuration(String name, Duration min, Duration max) {
        String text = optionalText(name, 100);
        if (text == null) {
            return null;
        }
        try {
            Duration duration = Duration.parse(text);
            if (duration.compareTo(min) >= 0 && duration.compareTo(max) <= 0) {
                return duration;
            }
        } catch (DateTimeException e) {
            // Worded below like one that is out of bounds.
        }
        error(name, "must be a duration from " + min + " to " + max);
        return null;
    }

    UUID uuid(String name) {
        String text = matching(name, UUID_FORM);
        return UUID_FORM.matcher(text).matches() ? UUID.fromString(text) : new UUID(0, 0);
    }

    List<String> texts(String name, int maxItems, int maxLength) {
        List<String> texts = new ArrayList<>();
        for (JsonNode item : items(name, maxItems)) {
            String indexed = name + "[" + texts.size() + "]";
            String text = text(indexed, item, maxLength);
            if (text.isBlank()) {
                error(indexed, "must not be empty");
            }
            texts.add(text);
        }
        return texts;
    }

    <T> List<T> objects(String name, int maxItems, Function<Fields, T> reader) {
        List<T> objects = new ArrayList<>();
        for (JsonNode item : items(name, maxItems)) {
            objects.add(nested(item, path + "." + name + "[" + objects.size() + "]", errors, reader));
        }
        return objects;
    }

    private List<JsonNode> items(String name, int maxItems) {
        JsonNode value = value(name);
        if (value == null) {
            return List.of();
        }
        if (!value.isArray() || value.size() > maxItems) {
            error(name, "must be a list of at most " + maxItems);
            return List.of();
        }
        return value.valueStream().toList();
    }

    <T> T object(String name, Function<Fields, T> reader, JsonNode whenMissing) {
        JsonNode value = value(name);
        missing(name, value);
        return nested(value == null ? whenMissing : value, path + "." + name, errors, reader);
    }

    /// At least one positive whole number.
    List<Long> wholes(String name, int maxItems) {
        List<JsonNode> items = items(name, maxItems);
        if (items.isEmpty() || !items.stream().allMatch(item -> item.isIntegralNumber() && item.asLong(0) > 0)) {
            error(name, "must be 1 to " + maxItems + " whole numbers above 0");
            return List.of();
        }
        return items.stream().map(item -> item.asLong(0)).toList();
    }

    List<UUID> uuids(String name, int maxItems) {
        return matching(name, maxItems, UUID_FORM).stream()
                .filter(text -> UUID_FORM.matcher(text).matches())
                .map(UUID::fromString)
                .toList();
    }

    /// Any value, as it is.
    @Nullable
    JsonNode any(String name) {
        return value(name);
    }

    /// A text of any characters, which the caller makes storable.
    String anyText(String name) {
        JsonNode value = value(name);
        if (!missing(name, value) && !requireNonNull(value).isString()) {
            error(name, "must be a string");
        }
        return value == null ? "" : value.asString("");
    }

    /// Texts that all match.
    List<String> matching(String name, int maxItems, Pattern pattern) {
        List<String> texts = texts(name, maxItems, 1000);
        for (int i = 0; i < texts.size(); i++) {
            if (!pattern.matcher(texts.get(i)).matches()) {
                error(name + "[" + i + "]", "must match " + pattern);
            }
        }
        return texts;
    }

    /// Any object, as it is.
    @Nullable
    JsonNode free(String name) {
        JsonNode value = value(name);
        if (value != null && !value.isObject()) {
            error(name, "must be an object");
            return null;
        }
        return value;
    }

    /// The same, which must be there.
    JsonNode some(String name) {
        JsonNode value = value(name);
        missing(name, value);
        return value == null ? NullNode.getInstance() : value;
    }

    @Nullable
    UUID optionalUuid(String name) {
        return value(name) == null ? null : uuid(name);
    }

    /// Any JSON, as it is.
    JsonNode any(String name, JsonNode otherwise) {
        JsonNode value = value(name);
        return value == null ? otherwise : value;
    }

    Map<String, String> labels(String name, int maxItems, int maxLength) {
        JsonNode value = free(name);
        Map<String, String> labels = new LinkedHashMap<>();
        if (value == null) {
            return labels;
        }
        if (value.size() > maxItems) {
            error(name, "must have at most " + maxItems + " properties");
        }
        value.properties()
                .forEach(label ->
                        labels.put(label.getKey(), text(name + "." + label.getKey(), label.getValue(), maxLength)));
        return labels;
    }
}
