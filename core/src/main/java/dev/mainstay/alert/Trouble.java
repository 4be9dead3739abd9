package dev.mainstay.alert;

import java.util.Locale;

/// What can be wrong with an agent or a queue so that its stored rows tell. Immutable and thread-safe.
public enum Trouble {
    /// It crashed again before a tick ended well.
    CRASHING,
    /// It cannot be made or started.
    UNSTARTABLE,
    /// Its ticks do not end, also not when they are interrupted.
    HANGING,
    /// Its ticks are interrupted at their deadline.
    OVERRUNNING,
    /// It crashed for want of memory.
    EXHAUSTED,
    /// Most of its newest ticks failed.
    FAILING,
    /// They failed because a connection is broken.
    DISCONNECTED,
    /// They failed because what it depends on does not answer.
    DEPENDENCY,
    /// A check, and what it looks at is not well.
    DOWN,
    /// Its ticks take four times as long as usual.
    SLOW,
    /// Its metric `memory.used` grows all the time.
    LEAKING,
    /// Tasks of a queue became dead letters.
    POISONED,
    /// The tasks of a queue wait for more than ten minutes of its work.
    FLOODED,
    /// It is to be healed by something a person must let be done, and nobody has answered.
    UNANSWERED;

    private final String word = name().toLowerCase(Locale.ROOT);

    public String word() {
        return word;
    }

    /// @param value what was counted or measured
    /// @param lasting how long it has been so
    /// @param word the newest error or reason
    String words(String value, String lasting, String word) {
        return switch (this) {
            case CRASHING, HANGING, OVERRUNNING, EXHAUSTED ->
                value.equals("1")
                        ? "a crash after others, and it is made anew only after a while: " + word
                        : value + " crashes and no good tick since, the last: " + word;
            case UNSTARTABLE, DOWN -> word;
            case FAILING, DISCONNECTED, DEPENDENCY -> value + " of the newest ticks failed, the last: " + word;
            case SLOW -> "a tick takes " + value + " ms, " + word;
            case LEAKING -> "memory.used grows all the time, to " + value + " " + word + " within " + lasting;
            case POISONED -> value + " dead letters within an hour, the last: " + word;
            case FLOODED -> value + " tasks wait to be claimed, and " + word + " a minute end";
            case UNANSWERED -> word + " waits for a person to let it be done";
        };
    }
}
