package dev.mainstay.task;

import org.jspecify.annotations.Nullable;

/// A task of a worker outside that is done. Immutable.
///
/// @param result as JSON; null without one
public record OutsideCompletion(
        OutsideLease lease, @Nullable String result) {
    /// With its result as JSON.
    ///
    /// @param result anything that becomes JSON of at most 1 MiB
    public static OutsideCompletion of(OutsideLease lease, @Nullable Object result) {
        return new OutsideCompletion(lease, Payload.nullableText("result", result));
    }
}
