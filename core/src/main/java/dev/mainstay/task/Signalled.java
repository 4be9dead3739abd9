package dev.mainstay.task;

import java.util.Locale;

/// What became of a signal.
public enum Signalled {
    /// The task waited for it and goes on.
    TAKEN,
    /// Nobody waits for it yet; it is there when somebody does.
    KEPT,
    /// The task has ended; nothing changed.
    OVER,
    /// There is no such task.
    UNKNOWN;

    static Signalled of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
