package dev.mainstay.alert;

import java.util.Locale;

/// How the points of a window become one number.
public enum Aggregate {
    AVG("avg(value)"),
    MIN("min(value)"),
    MAX("max(value)"),
    SUM("sum(value)"),
    LAST("(array_agg(value ORDER BY at DESC))[1]");

    private final String word = name().toLowerCase(Locale.ROOT);
    private final String sql;

    Aggregate(String sql) {
        this.sql = sql;
    }

    public String word() {
        return word;
    }

    String sql() {
        return sql;
    }

    public static Aggregate of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
