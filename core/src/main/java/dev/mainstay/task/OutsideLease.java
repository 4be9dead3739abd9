package dev.mainstay.task;

import java.util.UUID;

/// What a worker outside names in each call about a task. Immutable.
///
/// @param fence of its attempt
public record OutsideLease(UUID organization, UUID task, UUID token, long fence) {
    static OutsideLease of(UUID organization, OutsideTask task) {
        return new OutsideLease(organization, task.id(), task.token(), task.fence());
    }
}
