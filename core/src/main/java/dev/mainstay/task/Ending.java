package dev.mainstay.task;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How an attempt ended, on its way to the database. Immutable.
///
/// @param outcome as stored: completed, failed, timed out, released, snoozed, dead, cancelled
/// @param text the result as JSON, or why it ended so
/// @param again when it may be claimed again, where it may
record Ending(ClaimedTask task, String outcome, @Nullable String text, Duration again, Instant startedAt) {
    static final String COMPLETED = "completed";

    /// The handler has completed the task in its own transaction; whether that committed is to be looked up.
    static final String CONFIRMED = "confirmed";

    boolean isConfirmed() {
        return outcome.equals(CONFIRMED);
    }

    boolean isCompleted() {
        return outcome.equals(COMPLETED);
    }
}
