package dev.mainstay.health;

import java.util.Locale;

/// What a score means in a word. Immutable and thread-safe.
public enum HealthBand {
    HEALTHY,
    DEGRADED,
    UNHEALTHY;

    private final String word = name().toLowerCase(Locale.ROOT);

    public String word() {
        return word;
    }

    static HealthBand of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }

    boolean isBetterThan(HealthBand other) {
        return compareTo(other) < 0;
    }
}
