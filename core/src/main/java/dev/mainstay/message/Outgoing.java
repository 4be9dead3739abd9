package dev.mainstay.message;

import dev.mainstay.task.Priority;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A message on its way into a transport: checked, and its JSON written. Immutable and thread-safe.
///
/// @param headers a JSON object of texts; null for none
/// @param body JSON
public record Outgoing(
        UUID id,
        String channel,
        Priority priority,
        @Nullable String sender,
        String routingKey,
        @Nullable String correlationId,
        @Nullable String replyTo,
        @Nullable Duration timeToLive,
        @Nullable String headers,
        String body) {}
