package dev.mainstay.bench.chaos;

import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// All that was written down of a run, by whoever saw it: the feeder what it was told, the handlers what they did, the
/// engine what became of it. Times are microseconds of the database's clock. Immutable and thread-safe.
///
/// @param acknowledged what enqueueing answered
/// @param rolledBack enqueued in transactions that were rolled back
record History(
        List<Acknowledged> acknowledged,
        Set<UUID> rolledBack,
        List<Task> tasks,
        List<Attempt> attempts,
        List<Step> steps,
        List<Entry> ledger,
        List<Effect> effects,
        List<Struck> strikes) {

    /// @param key of a unique task
    record Acknowledged(UUID task, Kind kind, @Nullable String key) {}

    /// What became of a task.
    ///
    /// @param fence how many of its attempts ended without completing it
    /// @param resultFence of the attempt whose result was stored
    /// @param notBefore the moment it was to wait for; 0 when there is none
    record Task(
            UUID id,
            Kind kind,
            String state,
            long fence,
            long number,
            @Nullable UUID parent,
            @Nullable String orderingKey,
            @Nullable Long endedAt,
            @Nullable Long resultFence,
            @Nullable String error,
            long notBefore) {
        boolean isCompleted() {
            return state.equals("completed");
        }

        boolean isOpen() {
            return state.equals("open");
        }

        /// Of the attempt that completed it.
        long lastFence() {
            return fence + 1;
        }
    }

    /// An attempt of which the engine says that it did not complete its task.
    ///
    /// @param startedAt of one whose lease was lost: when it was claimed
    record Attempt(UUID task, long fence, String outcome, String worker, long startedAt, long endedAt) {}

    record Step(UUID task, String name, long fence, long endedAt) {}

    /// What a handler said it does.
    record Entry(UUID task, long fence, String node, String phase, long at) {
        boolean isStart() {
            return phase.equals(LedgerPen.START);
        }
    }

    record Effect(UUID task, long fence) {}

    /// What was done to a worker.
    record Struck(Strike strike, String node, long at) {}
}
