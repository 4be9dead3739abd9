package dev.mainstay.agent;

import java.util.Locale;

/// What people want of an agent; the node that runs it converges.
public enum DesiredState {
    RUNNING,
    /// Alive but not ticking.
    PAUSED,
    MAINTENANCE,
    SHUTDOWN;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static DesiredState of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
