package dev.mainstay.recovery;

import java.util.Locale;

/// What a fleet lets its healing do. Immutable, thread-safe, and valid by construction.
///
/// @param mode on, or only to say what would be done, or off
/// @param share of the agents that may be treated at one time, one at least
/// @param approvedUpTo graver actions wait for a person
/// @param isLearning whether experience orders what is tried next
public record RecoveryPolicy(Mode mode, double share, RecoveryAction.Risk approvedUpTo, boolean isLearning) {
    public static final RecoveryPolicy DEFAULT = new RecoveryPolicy(Mode.ON, 0.2, RecoveryAction.Risk.MEDIUM, true);

    /// How much is done.
    public enum Mode {
        ON,
        DRY_RUN,
        OFF;

        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public RecoveryPolicy {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("share must be above 0 and at most 1, was " + share);
        }
    }

    /// How many agents of so many may be treated at one time.
    long most(long all) {
        return Math.max(1, (long) Math.floor(share * all));
    }
}
