package dev.mainstay.task;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A queue as it stands. Immutable.
///
/// @param pauseReason why it is paused; null while it is not, as the two that follow
/// @param ready claimable by a worker there is; may count a cancelled task until the next claim drops it
/// @param noWorker claimable, but no living worker knows the type
/// @param dead dead letters
/// @param endedPerMinute tasks that ended within the last minute, well or not, as the nodes stored it
/// @param failedPerMinute attempts that failed within the last minute and will be tried again
/// @param backlogEta when the claimable ones will be done if it goes on as in the last minute and
/// nothing is added; null when nothing is claimable, or nothing ended
/// @param limits null without any
/// @param types what was ever enqueued in it, and who works on it
public record QueueView(
        String name,
        boolean paused,
        @Nullable String pauseReason,
        @Nullable String pausedBy,
        @Nullable Instant pausedAt,
        long ready,
        long noWorker,
        long running,
        long delayed,
        long blocked,
        long waiting,
        long dead,
        long endedPerMinute,
        long failedPerMinute,
        @Nullable Instant backlogEta,
        @Nullable Limits limits,
        List<Type> types) {

    /// What tells two moments apart; the estimate moves by itself.
    public QueueView withoutEta() {
        return new QueueView(
                name,
                paused,
                pauseReason,
                pausedBy,
                pausedAt,
                ready,
                noWorker,
                running,
                delayed,
                blocked,
                waiting,
                dead,
                endedPerMinute,
                failedPerMinute,
                null,
                limits,
                types);
    }

    /// How much may run at once and start in a period.
    ///
    /// @param rate tasks started within `period`
    /// @param period in ISO 8601
    public record Limits(
            @Nullable Integer concurrency, @Nullable Integer rate, String period) {}

    /// A type of task, and who works on it.
    ///
    /// @param workers the names of nodes and outside workers that are alive
    public record Type(String type, List<String> workers) {}
}
