package dev.mainstay.task;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// How an attempt ended, as its handler says it. A handler that throws has failed; [NotRetryableException] is a failure
/// that no retry can mend.
public sealed interface Outcome {
    Outcome COMPLETED = new Completed(null);

    /// The task is done.
    ///
    /// @param result stored with the task, as JSON
    record Completed(@Nullable Object result) implements Outcome {}

    /// It failed; the retry policy decides when it is tried again, unless `after` does.
    record Retry(String error, @Nullable Duration after) implements Outcome {}

    /// Not now: again after a while, and no failure.
    record Snoozed(Duration after) implements Outcome {
        public Snoozed {
            Objects.requireNonNull(after, "after which time a snoozed task is to go on");
        }
    }

    /// It makes no sense to try again; the task becomes a dead letter with this reason.
    record Discarded(String reason) implements Outcome {}

    static Outcome completed(Object result) {
        return new Completed(result);
    }

    static Outcome retry(String error) {
        return new Retry(error, null);
    }

    static Outcome snoozed(Duration after) {
        return new Snoozed(after);
    }

    static Outcome discarded(String reason) {
        return new Discarded(reason);
    }
}
