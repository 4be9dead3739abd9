package dev.mainstay.task;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Is told of each attempt that ended under its lease. Called on the thread of the attempt; must be thread-safe.
@FunctionalInterface
public interface AttemptListener {
    AttemptListener NONE = (_, _) -> {};

    /// An attempt ended that ran that long.
    ///
    /// @param failure why the attempt failed; null when it did not
    void ended(Duration took, @Nullable String failure);
}
