package dev.mainstay.schedule;

import java.util.Locale;

/// What a fire does while tasks of earlier fires are open; the words are Temporal's. With every policy but the last the
/// tasks of a schedule run one at a time and in order.
public enum OverlapPolicy {
    /// No task for this fire.
    SKIP,
    /// Its task waits for the open one; when one waits already, no task.
    BUFFER_ONE,
    /// Its task waits for all before it.
    BUFFER_ALL,
    /// The open ones are cancelled, and its task starts when they have ended.
    CANCEL_OTHER,
    /// Its task starts beside them.
    ALLOW_ALL;

    /// As people read and write it.
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static OverlapPolicy ofWord(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
