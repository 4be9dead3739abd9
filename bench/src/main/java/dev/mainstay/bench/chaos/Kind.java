package dev.mainstay.bench.chaos;

import java.util.Locale;

/// The kinds of task of a chaos run; each is a type of its own. Immutable and thread-safe.
enum Kind {
    /// Ends by returning, so that its end is stored with those of others.
    PLAIN,
    /// Writes its effect in the transaction that completes it, as all below.
    EFFECT,
    /// Has three steps before.
    STEPS,
    /// Fails twice before.
    RETRY,
    /// One at a time for each key, in the order they were enqueued.
    ORDERED,
    /// Enqueued twice under one key.
    UNIQUE,
    /// Enqueues three children and waits for them.
    PARENT,
    CHILD,
    /// Not before a moment.
    DELAYED,
    /// Is put off at its first attempt.
    SNOOZE,
    /// Sleeps, then waits for a signal for a while.
    SIGNALLED,
    /// Takes a while, in which it is told to end.
    CANCELLED,
    /// Is given up at its first attempt, and redriven.
    REDRIVEN,
    /// In a queue of which only so many may run at once.
    LIMITED,
    /// Enqueued on a node, which may begin it with the same commit.
    HERE,
    /// Worked on by a worker outside, which has no transaction to write an effect in.
    OUTSIDE,
    /// Uses up all memory whenever it runs.
    HUNGRY,
    /// Writes nothing down, so that many a second can be counted.
    FLOOD;

    String type() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Kind ofType(String type) {
        return valueOf(type.toUpperCase(Locale.ROOT));
    }

    boolean hasEffect() {
        return this != PLAIN && this != FLOOD && this != HUNGRY && this != OUTSIDE;
    }
}
