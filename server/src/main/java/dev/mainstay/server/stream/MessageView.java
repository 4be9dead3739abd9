package dev.mainstay.server.stream;

import dev.mainstay.message.Message;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A message as the API shows it. Immutable.
public record MessageView(
        UUID id,
        long position,
        Instant storedAt,
        String channel,
        String routingKey,
        String priority,
        @Nullable String sender,
        @Nullable String correlationId,
        @Nullable String replyTo,
        @Nullable Instant expiresAt,
        Map<String, String> headers,
        JsonNode body) {
    public MessageView {
        headers = Map.copyOf(headers);
    }

    public static MessageView of(Message message) {
        return new MessageView(
                message.id(),
                message.position(),
                message.storedAt(),
                message.channel(),
                message.routingKey(),
                message.priority().word(),
                message.sender(),
                message.correlationId(),
                message.replyTo(),
                message.expiresAt(),
                message.headers(),
                message.body());
    }
}
