package dev.mainstay.task;

import java.util.Locale;

/// Where an open task is.
public enum TaskPlace {
    /// Claimable by a worker there is.
    READY,
    /// Claimable, but no living worker knows its type.
    NO_WORKER,
    RUNNING,
    /// Until its time has come: a delay, a retry, a snooze or a sleep.
    DELAYED,
    /// Behind tasks it needs, or behind another of its ordering key.
    BLOCKED,
    /// For a signal, an approval or children.
    WAITING;

    /// The word in JSON.
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static TaskPlace of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    boolean isClaimable() {
        return this == READY || this == NO_WORKER;
    }
}
