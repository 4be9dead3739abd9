package dev.mainstay.task;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// A step on its way to the database.
///
/// @param isStored false when the lease was lost, and nothing changed
record StepWrite(
        ClaimedTask task,
        int position,
        String name,
        String kind,
        @Nullable String result,
        Instant startedAt,
        CompletableFuture<Boolean> isStored) {}
