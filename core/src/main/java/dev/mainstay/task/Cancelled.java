package dev.mainstay.task;

import java.util.Locale;

/// What cancelling a task did.
public enum Cancelled {
    /// It had not run and never will.
    ENDED,
    /// It runs; it has been asked to end.
    ASKED,
    /// It had ended before; nothing changed.
    OVER,
    /// There is no such task.
    UNKNOWN;

    static Cancelled of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
