package dev.mainstay.telemetry;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/// How much an event or an alert matters.
public enum Severity {
    INFO,
    WARNING,
    CRITICAL,
    EMERGENCY;

    private final String word = name().toLowerCase(Locale.ROOT);

    public String word() {
        return word;
    }

    /// The SQL with each `GRADE(column)` as a number that grows with the severity in that column.
    public static String graded(String sql) {
        String words =
                Arrays.stream(values()).map(each -> "'" + each.word + "'").collect(Collectors.joining(", "));
        return sql.replaceAll("GRADE\\(([a-z.]+)\\)", "array_position(ARRAY[" + words + "], $1)");
    }

    public static Severity of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
