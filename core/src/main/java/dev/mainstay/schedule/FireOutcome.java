package dev.mainstay.schedule;

import java.util.Locale;

/// What a fire came to.
public enum FireOutcome {
    /// A task was enqueued.
    ENQUEUED,
    /// No task: one of an earlier fire was open, and the overlap policy says so.
    SKIPPED,
    /// No task: it was due while nobody fired, and the missed policy says so.
    MISSED,
    /// Nothing: this moment had its fire before.
    ALREADY;

    /// As people read and write it.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static FireOutcome ofWord(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
