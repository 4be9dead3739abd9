package dev.mainstay.task;

import com.fasterxml.jackson.annotation.JsonRawValue;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A stretch of a task's life: an attempt, a step or a wait. Immutable.
///
/// @param kind attempt, step, sleep, signal, approval or children
/// @param number of the attempt, from 1; the position of all others, from 0
/// @param name of the step or of what was waited for; of an attempt null
/// @param outcome how it ended; `running` and `waiting` while it lasts, `timed out` where nothing came in time
/// @param result of a step or wait, as JSON, when it is small
/// @param resultBytes how much room the result takes in the database; null without one
public record TaskSpan(
        String kind,
        long number,
        @Nullable String name,
        String outcome,
        @Nullable String worker,
        Instant startedAt,
        @Nullable Instant endedAt,
        @Nullable String error,
        @JsonRawValue @Nullable String result,
        @Nullable Integer resultBytes) {}
