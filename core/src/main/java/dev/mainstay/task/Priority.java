package dev.mainstay.task;

import java.util.Locale;

/// What goes first. Within a priority the order is that of enqueueing, best effort.
public enum Priority {
    CRITICAL(0),
    HIGH(1),
    NORMAL(2),
    LOW(3);

    private final int stored;

    Priority(int stored) {
        this.stored = stored;
    }

    /// As stored: the smaller goes first.
    public int stored() {
        return stored;
    }

    /// As people read and write it.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Priority ofStored(int stored) {
        return values()[stored];
    }
}
