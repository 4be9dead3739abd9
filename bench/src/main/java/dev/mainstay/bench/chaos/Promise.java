package dev.mainstay.bench.chaos;

/// What must hold whatever happens, under the name of the figure that counts where it did not. Immutable.
enum Promise {
    /// An acknowledged task ended in a state that can be seen.
    NOTHING_LOST("lost"),
    /// What was rolled back never was.
    NO_GHOSTS("ghosts"),
    /// At most one effect of a task.
    ONE_EFFECT("doubleEffects"),
    /// An effect if and only if the task completed.
    NOTHING_HALF_DONE("halfDone"),
    /// Nothing was accepted of an attempt that had lost its lease.
    NO_STALE_WRITES("staleWrites"),
    /// An attempt starts once, and only after the end of the one before was recorded.
    DUPLICATES_EXPLAINED("unexplainedDuplicates"),
    /// Nothing starts before its time.
    NOT_EARLY("earlyStarts"),
    /// One at a time and in order, for each ordering key.
    IN_ORDER("inversions"),
    /// A stored step is not done again.
    STEPS_ONCE("repeatedSteps"),
    /// A step that enqueues children enqueues them once, and who waits for them goes on after them.
    FAMILIES_WHOLE("brokenFamilies"),
    /// One open task for each unique key.
    KEYS_UNIQUE("doubleKeys");

    private final String figure;

    Promise(String figure) {
        this.figure = figure;
    }

    String figure() {
        return figure;
    }
}
