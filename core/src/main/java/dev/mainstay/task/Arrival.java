package dev.mainstay.task;

import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// A task on its way into the database, for which somebody waits; it is equal to itself alone.
///
/// @param payload as it is kept
/// @param at when it came, by the monotonic clock
/// @param isTaken true once it is stored; false when somebody else must store it
record Arrival(
        UUID organization,
        int lane,
        UUID id,
        NewTask task,
        String payload,
        long at,
        CompletableFuture<Boolean> isTaken) {
    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }
}
