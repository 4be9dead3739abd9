package dev.mainstay.alert;

import java.util.Locale;
import java.util.Set;

/// Where an alert is on its way; the same table stands in SQL as `alert_transition_is_legal`.
public enum AlertState {
    PENDING,
    FIRING,
    ACKNOWLEDGED,
    RESOLVED;

    private final String word = name().toLowerCase(Locale.ROOT);

    public String word() {
        return word;
    }

    public static AlertState of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }

    public boolean canBecome(AlertState next) {
        return following().contains(next);
    }

    private Set<AlertState> following() {
        return switch (this) {
            case PENDING -> Set.of(FIRING);
            case FIRING -> Set.of(ACKNOWLEDGED, RESOLVED);
            case ACKNOWLEDGED -> Set.of(FIRING, RESOLVED);
            case RESOLVED -> Set.of(FIRING);
        };
    }
}
