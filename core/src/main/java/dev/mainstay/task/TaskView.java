package dev.mainstay.task;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A task as a list shows it. Immutable.
///
/// @param place where an open task is; null once it has ended
/// @param attempts the number of its newest attempt: how often it was given to a worker
/// @param failures how many of them have failed, since it was enqueued or redriven
/// @param maxAttempts how often it may fail, where the task says so itself
/// @param startedAt of the attempt that runs, or that ended the task
/// @param dueAt when a delayed task becomes claimable
/// @param waitsFor what a delayed, blocked or waiting task waits for: `retry`, `sleep`, `tasks`, `signal paid`, …
/// @param error why it did not complete, or failed the last time; its beginning
public record TaskView(
        UUID id,
        String queue,
        String type,
        String state,
        @Nullable String place,
        String priority,
        long attempts,
        int failures,
        @Nullable Integer maxAttempts,
        List<String> tags,
        @Nullable UUID parent,
        @Nullable String uniqueKey,
        @Nullable String orderingKey,
        @Nullable Progress progress,
        @Nullable String worker,
        Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable Instant endedAt,
        @Nullable Instant dueAt,
        @Nullable String waitsFor,
        @Nullable String error) {

    TaskView withError(@Nullable String whole) {
        return new TaskView(
                id,
                queue,
                type,
                state,
                place,
                priority,
                attempts,
                failures,
                maxAttempts,
                tags,
                parent,
                uniqueKey,
                orderingKey,
                progress,
                worker,
                createdAt,
                startedAt,
                endedAt,
                dueAt,
                waitsFor,
                whole);
    }

    /// What its handler said last of how far it is.
    ///
    /// @param fraction from 0 to 1
    /// @param eta when it will be done if it goes on as fast; null when it does not run, or has not got anywhere
    public record Progress(
            double fraction,
            @Nullable String message,
            @Nullable Instant eta) {}
}
