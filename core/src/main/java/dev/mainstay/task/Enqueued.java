package dev.mainstay.task;

import java.util.UUID;

/// What enqueueing gave.
///
/// @param isNew false when an open task already holds the unique key; then `id` is that one's
public record Enqueued(UUID id, boolean isNew) {}
