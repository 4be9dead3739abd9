package dev.mainstay.schedule;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One moment of a schedule and what became of it. Immutable.
///
/// @param firedAt when that was decided, by the database's clock
/// @param task the task, when one was enqueued
/// @param taskState its state now; null when there is none, or when it is past its retention
/// @param actor who asked for it, when a person did
public record Fire(
        Instant plannedAt,
        Instant firedAt,
        FireCause cause,
        FireOutcome outcome,
        @Nullable UUID task,
        @Nullable String taskState,
        @Nullable String actor) {}
