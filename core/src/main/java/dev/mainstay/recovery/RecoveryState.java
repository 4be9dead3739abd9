package dev.mainstay.recovery;

import java.util.Locale;
import java.util.Set;

/// Where an episode is; the same table stands in SQL as `recovery_transition_is_legal`.
public enum RecoveryState {
    DETECTED,
    APPROVAL,
    ACTING,
    VERIFYING,
    RECOVERED,
    ESCALATED;

    private final String word = name().toLowerCase(Locale.ROOT);

    public String word() {
        return word;
    }

    public static RecoveryState of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }

    public boolean canBecome(RecoveryState next) {
        return following().contains(next);
    }

    private Set<RecoveryState> following() {
        return switch (this) {
            case DETECTED -> Set.of(APPROVAL, ACTING, RECOVERED, ESCALATED);
            case APPROVAL -> Set.of(ACTING, RECOVERED, ESCALATED);
            case ACTING -> Set.of(VERIFYING, ESCALATED);
            case VERIFYING -> Set.of(DETECTED, RECOVERED, ESCALATED);
            case RECOVERED, ESCALATED -> Set.of();
        };
    }
}
