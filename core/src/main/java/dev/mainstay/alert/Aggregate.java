package dev.mainstay.alert;

import java.util.Locale;

/// How the points of a window become one number.
public enum Aggregate {
    AVG("sum(part.sum) / sum(part.count)"),
    MIN("min(part.min)"),
    MAX("max(part.max)"),
    SUM("sum(part.sum)"),
    LAST("(array_agg(part.last ORDER BY part.at DESC))[1]");

    private final String word = name().toLowerCase(Locale.ROOT);
    private final String sql;

    Aggregate(String sql) {
        this.sql = sql;
    }

    public String word() {
        return word;
    }

    /// Over the parts of a [MetricWindow].
    String sql() {
        return sql;
    }

    public static Aggregate of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
