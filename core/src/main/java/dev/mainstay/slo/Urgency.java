package dev.mainstay.slo;

import java.util.Locale;

/// How soon a person must look at it. Immutable and thread-safe.
public enum Urgency {
    /// Now: the budget of a month is gone within days.
    PAGE,
    /// At the next opportunity.
    TICKET;

    private final String word = name().toLowerCase(Locale.ROOT);

    public String word() {
        return word;
    }

    static Urgency of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
