package dev.mainstay.task;

import java.util.Locale;

/// What trying a task again did.
public enum Retried {
    /// It was a dead letter, and is claimable again.
    REDRIVEN,
    /// It waited for its time, and is claimable now.
    SOONER,
    /// It is open and waits for nothing that can be hurried; nothing changed.
    OPEN,
    /// It had ended otherwise than as a dead letter; nothing changed.
    OVER,
    /// It is a dead letter, but another task holds its unique key by now; nothing changed.
    HELD,
    /// It is a dead letter its parent waits for, and would stand in line behind what waits for that
    /// parent; nothing changed.
    STUCK,
    /// There is no such task.
    UNKNOWN;

    static Retried of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
