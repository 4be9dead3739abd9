package dev.mainstay.message.nats;

import dev.mainstay.message.Message;
import dev.mainstay.message.Outgoing;
import dev.mainstay.postgres.Jsonb;
import dev.mainstay.task.Priority;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Messages that were stored together: one message of NATS, so that all or none of them are there. Immutable.
///
/// A position is the sequence of the frame in its stream, and the place within the frame in the lowest 14 bits.
record NatsFrame(long sequence, Instant storedAt, List<Message> messages, int bytes) {
    /// Most messages of one frame.
    static final int MOST = 1 << 14;

    NatsFrame {
        messages = List.copyOf(messages);
    }

    static long position(long sequence, int place) {
        return sequence * MOST + place;
    }

    static long sequence(long position) {
        return position / MOST;
    }

    /// The last position of a frame.
    static long end(long sequence) {
        return position(sequence, MOST - 1);
    }

    static byte[] bytes(List<Outgoing> messages) {
        return messages.stream()
                .map(NatsFrame::json)
                .collect(Collectors.joining(",", "[", "]"))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String json(Outgoing message) {
        Map<String, Object> fields = new TreeMap<>();
        fields.put("i", message.id().toString());
        fields.put("c", message.channel());
        fields.put("p", message.priority().stored());
        put(fields, "s", message.sender());
        put(fields, "k", message.routingKey().isEmpty() ? null : message.routingKey());
        put(fields, "o", message.correlationId());
        put(fields, "r", message.replyTo());
        Duration timeToLive = message.timeToLive();
        put(fields, "x", timeToLive == null ? null : timeToLive.toNanos() / 1_000);
        String known = Jsonb.any(fields);
        String headers = message.headers() == null ? "" : ",\"h\":" + message.headers();
        return known.substring(0, known.length() - 1) + headers + ",\"b\":" + message.body() + "}";
    }

    private static void put(Map<String, Object> fields, String name, @Nullable Object value) {
        if (value != null) {
            fields.put(name, value);
        }
    }

    static NatsFrame of(long sequence, Instant storedAt, byte[] json) {
        List<Message> messages = new ArrayList<>();
        for (JsonNode each : Jsonb.node(new String(json, StandardCharsets.UTF_8))) {
            messages.add(message(position(sequence, messages.size()), storedAt, each));
        }
        return new NatsFrame(sequence, storedAt, messages, json.length);
    }

    private static Message message(long position, Instant storedAt, JsonNode fields) {
        JsonNode life = fields.get("x");
        return new Message(
                UUID.fromString(fields.get("i").stringValue()),
                position,
                storedAt,
                fields.get("c").stringValue(),
                Priority.ofStored(fields.get("p").intValue()),
                text(fields, "s"),
                fields.has("k") ? fields.get("k").stringValue() : "",
                text(fields, "o"),
                text(fields, "r"),
                life == null ? null : storedAt.plus(life.longValue(), ChronoUnit.MICROS),
                headers(fields.get("h")),
                fields.get("b"),
                1);
    }

    private static @Nullable String text(JsonNode fields, String name) {
        JsonNode value = fields.get(name);
        return value == null ? null : value.stringValue();
    }

    private static Map<String, String> headers(@Nullable JsonNode headers) {
        Map<String, String> texts = new TreeMap<>();
        if (headers != null) {
            headers.properties()
                    .forEach(header ->
                            texts.put(header.getKey(), header.getValue().asString()));
        }
        return texts;
    }

    /// The message as it is handed out for the so manieth time.
    static Message tried(Message message, int attempt) {
        return new Message(
                message.id(),
                message.position(),
                message.storedAt(),
                message.channel(),
                message.priority(),
                message.sender(),
                message.routingKey(),
                message.correlationId(),
                message.replyTo(),
                message.expiresAt(),
                message.headers(),
                message.body(),
                attempt);
    }
}
