package dev.mainstay.config;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.Pattern;

/// Reads and writes durations the way people say them: `30s`, `1h30m`, `250ms`, `1d`. What is
/// written reads back as the same duration. Stateless and thread-safe.
public final class Durations {
    private static final Pattern PARTS = Pattern.compile(
            "(-)?(?:(\\d+)d)?(?:(\\d+)h)?(?:(\\d+)m)?(?:(\\d+)s)?(?:(\\d+)ms)?(?:(\\d+)us)?(?:(\\d+)ns)?");
    private static final String[] UNITS = {"d", "h", "m", "s", "ms", "us", "ns"};
    private static final Duration[] SIZES = {
        Duration.ofDays(1),
        Duration.ofHours(1),
        Duration.ofMinutes(1),
        Duration.ofSeconds(1),
        Duration.ofMillis(1),
        Duration.ofNanos(1_000),
        Duration.ofNanos(1)
    };

    private Durations() {}

    /// The duration written as `1h30m`, `0` or ISO-8601 `PT30S`.
    ///
    /// @throws IllegalArgumentException when it is neither, or too long to be held; the message says what is
    ///     expected
    public static Duration parse(String text) {
        var written = text.strip();
        if (written.equals("0")) {
            return Duration.ZERO;
        }
        try {
            var start = written.toUpperCase(Locale.ROOT);
            if (start.startsWith("P") || start.startsWith("-P") || start.startsWith("+P")) {
                return Duration.parse(written);
            }
            return parseParts(written);
        } catch (DateTimeParseException | ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException(expected(written), e);
        }
    }

    private static Duration parseParts(String written) {
        var parts = PARTS.matcher(written);
        if (written.isEmpty() || written.equals("-") || !parts.matches()) {
            throw new NumberFormatException(written);
        }
        var total = Duration.ZERO;
        for (var i = 0; i < SIZES.length; i++) {
            var count = parts.group(i + 2);
            if (count != null) {
                total = total.plus(SIZES[i].multipliedBy(Long.parseLong(count)));
            }
        }
        return parts.group(1) == null ? total : total.negated();
    }

    private static String expected(String written) {
        var unit = written.matches("-?\\d+") ? "; it needs a unit, for example " + written + "s" : "";
        return "expected a duration such as 30s, 5m, 1h30m, 250ms or 1d, found " + Quoted.of(written) + unit;
    }

    /// The shortest exact spelling: `1h30m`, `250ms`, `0s`, `-5s`.
    public static String format(Duration duration) {
        if (duration.isZero()) {
            return "0s";
        }
        var text = new StringBuilder(duration.isNegative() ? "-" : "");
        var rest = duration.abs();
        for (var i = 0; i < SIZES.length; i++) {
            var count = rest.dividedBy(SIZES[i]);
            if (count > 0) {
                text.append(count).append(UNITS[i]);
                rest = rest.minus(SIZES[i].multipliedBy(count));
            }
        }
        return text.toString();
    }
}
