package dev.mainstay.task;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A task as it was claimed. Immutable but for its claim.
///
/// @param fence of this attempt, which is its number
/// @param failures attempts that failed before
/// @param maxAttempts how often it may fail, where the task says so itself
/// @param isForked whether it began with steps of another one
record ClaimedTask(
        Claim claim,
        UUID id,
        int lane,
        int rank,
        long seq,
        String payload,
        long fence,
        int failures,
        int crashes,
        @Nullable Integer maxAttempts,
        boolean isForked) {
    /// Whether there may be steps that were done before this attempt.
    boolean mayHaveSteps() {
        return fence > 1 || isForked;
    }

    UUID organization() {
        return claim.organization();
    }
}
