package dev.mainstay.task;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A task as it was claimed. Immutable but for its claim.
///
/// @param fence of this attempt
/// @param failures attempts that failed before
/// @param maxAttempts how often it may fail, where the task says so itself
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
        @Nullable Integer maxAttempts) {
    UUID organization() {
        return claim.organization();
    }
}
