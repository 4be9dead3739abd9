package dev.mainstay.task;

import java.util.List;
import java.util.UUID;

/// A task in the hands of a worker outside. Immutable.
///
/// @param payload as JSON
/// @param attempt 1 at first; how often it has failed before, plus one
/// @param fence of this attempt
/// @param token of the lease, which all tasks have that were claimed together
/// @param steps that are done, in their order; a sleep only once it is over
public record OutsideTask(
        UUID id,
        String type,
        String queue,
        Priority priority,
        String payload,
        int attempt,
        long fence,
        UUID token,
        List<StoredStep> steps) {
    OutsideTask with(List<StoredStep> newSteps) {
        return new OutsideTask(id, type, queue, priority, payload, attempt, fence, token, newSteps);
    }
}
