package dev.mainstay.task;

import java.util.Locale;

/// What became of a task; open until it has ended.
public enum TaskState {
    OPEN,
    COMPLETED,
    DEAD,
    CANCELLED,
    EXPIRED;

    /// The word in SQL and JSON.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static TaskState of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
