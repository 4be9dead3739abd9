package dev.mainstay.config;

import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// How single values are read from text. Stateless and thread-safe.
final class ScalarTypes {

    /// @param name what documents call the type
    /// @param phrase what a message expects
    /// @param read throws IllegalArgumentException with the statement to show
    record ScalarType(String name, String phrase, Function<String, Object> read) {}

    private static final ScalarType INT = type("whole number", "a whole number", ScalarTypes::readInt);
    private static final ScalarType LONG = type("whole number", "a whole number", ScalarTypes::readLong);
    private static final ScalarType DOUBLE = type("number", "a number", ScalarTypes::readDouble);
    private static final ScalarType BOOLEAN = type("true or false", "true or false", ScalarTypes::readBoolean);

    private static final Map<Class<?>, ScalarType> TABLE = Map.ofEntries(
            Map.entry(String.class, type("text", "text", text -> text)),
            Map.entry(int.class, INT),
            Map.entry(Integer.class, INT),
            Map.entry(long.class, LONG),
            Map.entry(Long.class, LONG),
            Map.entry(double.class, DOUBLE),
            Map.entry(Double.class, DOUBLE),
            Map.entry(boolean.class, BOOLEAN),
            Map.entry(Boolean.class, BOOLEAN),
            Map.entry(BigDecimal.class, type("number", "a number", ScalarTypes::readDecimal)),
            Map.entry(Duration.class, type("duration", "a duration such as 30s", Durations::parse)),
            Map.entry(DataSize.class, type("size", "a size such as 64KB", DataSize::parse)),
            Map.entry(URI.class, type("URI", "a URI such as https://example.org", ScalarTypes::readUri)),
            Map.entry(Path.class, type("path", "a path", ScalarTypes::readPath)),
            Map.entry(ZoneId.class, type("time zone", "a time zone such as Europe/Vienna", ScalarTypes::readZone)),
            Map.entry(Pattern.class, type("regular expression", "a regular expression", ScalarTypes::readPattern)));

    private ScalarTypes() {}

    private static ScalarType type(String name, String phrase, Function<String, Object> read) {
        return new ScalarType(name, phrase, read);
    }

    static boolean has(Class<?> type) {
        return type.isEnum() || TABLE.containsKey(type);
    }

    static ScalarType of(Class<?> type) {
        if (type.isEnum()) {
            return EnumWords.scalarType(type);
        }
        var found = TABLE.get(type);
        if (found == null) {
            throw new IllegalArgumentException("not a single value: " + type.getName());
        }
        return found;
    }

    static IllegalArgumentException expected(String phrase, String text) {
        return new IllegalArgumentException("expected " + phrase + ", found " + Quoted.of(text));
    }

    private static Object readInt(String text) {
        return Math.toIntExact(readWhole(text, Integer.MIN_VALUE, Integer.MAX_VALUE));
    }

    private static Object readLong(String text) {
        return readWhole(text, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    private static long readWhole(String text, long least, long most) {
        if (!text.strip().matches("[-+]?[0-9]+")) {
            throw expected("a whole number", text);
        }
        var number = new BigDecimal(text.strip());
        if (number.compareTo(BigDecimal.valueOf(least)) < 0 || number.compareTo(BigDecimal.valueOf(most)) > 0) {
            throw expected("a whole number from " + least + " to " + most, text);
        }
        return number.longValueExact();
    }

    private static Object readDouble(String text) {
        var number = ((BigDecimal) readDecimal(text)).doubleValue();
        if (Double.isInfinite(number)) {
            throw expected("a number", text);
        }
        return number;
    }

    private static Object readDecimal(String text) {
        try {
            return new BigDecimal(text.strip());
        } catch (NumberFormatException e) {
            throw expected("a number", text);
        }
    }

    private static Object readBoolean(String text) {
        return switch (text.strip()) {
            case "true", "True", "TRUE" -> true;
            case "false", "False", "FALSE" -> false;
            default -> throw expected("true or false", text);
        };
    }

    private static Object readUri(String text) {
        try {
            return new URI(text.strip());
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    expected("a URI such as https://example.org", text).getMessage() + ": " + e.getReason()
                            + at(e.getIndex()),
                    e);
        }
    }

    private static Object readPath(String text) {
        try {
            if (!text.isBlank()) {
                return Path.of(text);
            }
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(expected("a path", text).getMessage() + ": " + e.getReason(), e);
        }
        throw expected("a path", text);
    }

    private static Object readZone(String text) {
        try {
            return ZoneId.of(text.strip());
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    expected("a time zone such as Europe/Vienna", text).getMessage()
                            + Suggestions.didYouMean(text, ZoneId.getAvailableZoneIds()),
                    e);
        }
    }

    private static Object readPattern(String text) {
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    expected("a regular expression", text).getMessage() + ": " + e.getDescription() + at(e.getIndex()),
                    e);
        }
    }

    private static String at(int index) {
        return index < 0 ? "" : " at position " + (index + 1);
    }
}
