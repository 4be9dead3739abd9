package dev.mainstay.task;

import org.jspecify.annotations.Nullable;

/// A step that is done. Immutable.
///
/// @param result as JSON; null without one
record StoredStep(
        int position,
        String name,
        String kind,
        boolean isTimedOut,
        @Nullable String result) {}
