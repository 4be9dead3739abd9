package dev.mainstay.state;

import org.jspecify.annotations.Nullable;

/// How a guarded write of shared state ended.
public sealed interface StateWrite {
    record Written(StateEntry entry) implements StateWrite {}

    record Deleted() implements StateWrite {}

    /// Somebody else was faster; nothing was changed.
    ///
    /// @param current what stands there now; null when nothing does
    record Conflict(@Nullable StateEntry current) implements StateWrite {}
}
