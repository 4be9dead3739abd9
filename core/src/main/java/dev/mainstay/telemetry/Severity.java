package dev.mainstay.telemetry;

import java.util.Locale;

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

    public static Severity of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
