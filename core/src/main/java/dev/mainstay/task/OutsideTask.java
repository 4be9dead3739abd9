package dev.mainstay.task;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/// A task in the hands of a worker outside. Immutable.
///
/// @param payload as JSON
/// @param attempt the number of this attempt, 1 at first; its fence too
/// @param failures how many attempts before have failed
/// @param isForked whether it began with steps of another one
/// @param token of the lease, which all tasks have that were claimed together
/// @param deadline until when this attempt may run, by the clock of the database; then it has failed
/// @param steps that are done, in their order; a sleep only once it is over
public record OutsideTask(
        UUID id,
        String type,
        String queue,
        Priority priority,
        String payload,
        long attempt,
        int failures,
        boolean isForked,
        UUID token,
        Instant deadline,
        List<StoredStep> steps) {
    OutsideTask with(List<StoredStep> newSteps) {
        return new OutsideTask(
                id, type, queue, priority, payload, attempt, failures, isForked, token, deadline, newSteps);
    }

    public long fence() {
        return attempt;
    }

    boolean mayHaveSteps() {
        return attempt > 1 || isForked;
    }
}
