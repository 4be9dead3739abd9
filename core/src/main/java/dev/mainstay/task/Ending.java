package dev.mainstay.task;

import dev.mainstay.postgres.StorableText;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How an attempt ended, on its way to the database. Immutable.
///
/// @param outcome as stored: completed, failed, timed out, released, snoozed, dead, cancelled
/// @param text the result as JSON, or why it ended so
/// @param again when it may be claimed again, where it may
/// @param ifRolledBack of one that its handler completed: how it ended if that was rolled back
record Ending(
        ClaimedTask task,
        String outcome,
        @Nullable String text,
        Duration again,
        Instant startedAt,
        @Nullable Ending ifRolledBack) {
    Ending(ClaimedTask task, String outcome, @Nullable String text, Duration again, Instant startedAt) {
        this(task, outcome, text, again, startedAt, null);
    }

    static final String COMPLETED = "completed";

    private static final String AWAITING = "awaiting";
    private static final Set<String> FAILURES = Set.of("failed", "timed out", "dead");

    /// The handler has completed the task in its own transaction; whether that committed is to be looked up.
    static final String CONFIRMED = "confirmed";

    /// The task waits and was let go already; only the claim is still to be accounted for.
    static Ending awaiting(ClaimedTask task, Instant startedAt) {
        return new Ending(task, AWAITING, null, Duration.ZERO, startedAt);
    }

    /// Nothing of the attempt counts; the task is claimable again at once.
    static Ending released(ClaimedTask task, String why, Instant startedAt) {
        return new Ending(task, "released", why, Duration.ZERO, startedAt);
    }

    boolean isAwaiting() {
        return outcome.equals(AWAITING);
    }

    boolean isConfirmed() {
        return outcome.equals(CONFIRMED);
    }

    /// The same attempt, dead because its end could not be stored.
    Ending refused(String why) {
        return new Ending(
                task, "dead", StorableText.of("its end could not be stored: " + why, 4_000), Duration.ZERO, startedAt);
    }

    /// Neither success nor settled elsewhere.
    boolean isOtherwise() {
        return !isCompleted() && !isConfirmed() && !isAwaiting();
    }

    /// Why the attempt failed; null when it did not.
    @Nullable
    String failure() {
        return FAILURES.contains(outcome) ? text : null;
    }

    boolean isCompleted() {
        return outcome.equals(COMPLETED);
    }
}
