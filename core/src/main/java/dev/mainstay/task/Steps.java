package dev.mainstay.task;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Steps of a task: what was done once is not done again by the next attempt, and waiting costs neither a thread nor a
/// place among the running.
///
/// After a crash, a failure or a wait the handler runs again from its beginning; steps that are done
/// give their stored result at once, so that it arrives where it was. Therefore the handler must come
/// to the same steps in the same order, given the same results: anything random, any look at a clock
/// and any effect belongs into a step. A task whose stored steps do not fit its handler any more
/// becomes a dead letter that says so.
///
/// All of it is used by the thread that runs the handler.
public interface Steps {
    /// Does `work` once and keeps its result, as JSON; may do it again when this node dies before the result is stored.
    ///
    /// @throws dev.mainstay.MainstayException with `LEASE_LOST` when another attempt may run by now; let it pass
    <T> T step(String name, Class<T> type, Callable<T> work) throws Exception;

    /// The same for work without a result.
    void step(String name, Work work) throws Exception;

    /// Work without a result.
    @FunctionalInterface
    interface Work {
        void run() throws Exception;
    }

    /// Goes on after `duration`, also when all nodes were stopped meanwhile.
    void sleep(String name, Duration duration);

    /// Waits until this task is sent a signal of that name; one that was sent before counts.
    <T> T await(String signal, Class<T> type);

    /// The same, but no longer than `atMost`; empty when it did not come by then.
    <T> Optional<T> await(String signal, Class<T> type, Duration atMost);

    /// Waits until a person approves or refuses.
    Approval approval(String name);

    /// What a person decided.
    record Approval(boolean approved, String actor, String reason) {}

    /// Enqueues tasks as children of this one, once; their identifiers in the order given.
    List<UUID> enqueue(String name, List<NewTask> children);

    /// Waits until all of these children have ended, well or not.
    List<Child> awaitAll(String name, List<UUID> children);

    /// Waits until one of these children has ended; gives those that have not too.
    List<Child> awaitAny(String name, List<UUID> children);

    /// What became of a child.
    ///
    /// @param state open, completed, dead, cancelled or expired
    /// @param result as JSON; null without one
    /// @param error why it did not complete; null when it did, or is open
    record Child(
            UUID id,
            String state,
            @Nullable JsonNode result,
            @Nullable String error) {
        public boolean isCompleted() {
            return state.equals("completed");
        }
    }
}
