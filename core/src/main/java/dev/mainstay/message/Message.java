package dev.mainstay.message;

import dev.mainstay.postgres.ExactJson;
import dev.mainstay.task.Priority;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A message as it is delivered. Immutable and thread-safe, as long as nobody changes its body.
///
/// @param position its place in the log of its organization: later messages have higher ones
/// @param storedAt when it was stored
/// @param channel where it was sent: a name, `@` and an agent, or `@*` for all agents
/// @param attempt 1 at first; always 1 for an ephemeral subscriber
public record Message(
        UUID id,
        long position,
        Instant storedAt,
        String channel,
        Priority priority,
        @Nullable String sender,
        String routingKey,
        @Nullable String correlationId,
        @Nullable String replyTo,
        @Nullable Instant expiresAt,
        Map<String, String> headers,
        JsonNode body,
        int attempt) {
    private static final JsonMapper MAPPER = ExactJson.builder().build();

    public Message {
        headers = Map.copyOf(headers);
    }

    public <T> T body(Class<T> type) {
        return MAPPER.treeToValue(body, type);
    }

    Message attempt(int number) {
        return new Message(
                id,
                position,
                storedAt,
                channel,
                priority,
                sender,
                routingKey,
                correlationId,
                replyTo,
                expiresAt,
                headers,
                body,
                number);
    }
}
