package dev.mainstay.message.redis;

import dev.mainstay.message.Interest;
import dev.mainstay.message.Message;
import dev.mainstay.message.Outgoing;
import dev.mainstay.postgres.Jsonb;
import dev.mainstay.task.Priority;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The log of messages in Redis. Thread-safe.
final class RedisLog {
    private static final int LARGEST_PAGE = 1_000;

    private final RedisLink link;

    RedisLog(RedisLink link) {
        this.link = link;
    }

    /// @param isOnce whether some may have been stored before
    List<Long> append(UUID organization, List<Outgoing> messages, boolean isOnce) {
        List<String> arguments = new ArrayList<>(1 + 10 * messages.size());
        arguments.add(isOnce ? "1" : "0");
        messages.forEach(message -> arguments.addAll(values(message)));
        List<String> keys = List.of(RedisKeys.root(organization), RedisKeys.ORGANIZATIONS);
        return link.run(RedisScript.APPEND, keys, arguments).stream()
                .map(position -> Long.valueOf(position.toString()))
                .toList();
    }

    private static List<String> values(Outgoing message) {
        Duration timeToLive = message.timeToLive();
        return List.of(
                message.id().toString(),
                message.channel(),
                Integer.toString(message.priority().stored()),
                orEmpty(message.sender()),
                message.routingKey(),
                orEmpty(message.correlationId()),
                orEmpty(message.replyTo()),
                timeToLive == null ? "" : Long.toString(timeToLive.toNanos() / 1_000),
                orEmpty(message.headers()),
                message.body());
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    List<Message> read(UUID organization, Interest interest, long after, int limit) {
        List<Message> found = new ArrayList<>();
        long reached = after;
        boolean isMore = true;
        while (isMore && found.size() < limit) {
            int most = Math.min(limit, LARGEST_PAGE);
            List<String> seen = look(organization, interest, reached, most);
            fetch(organization, seen.subList(2, seen.size()), 1).stream()
                    .filter(interest::wants)
                    .forEach(found::add);
            isMore = Integer.parseInt(seen.getFirst()) == most;
            reached = Long.parseLong(seen.get(1));
        }
        return found.size() > limit ? List.copyOf(found.subList(0, limit)) : found;
    }

    private List<String> look(UUID organization, Interest interest, long after, int limit) {
        List<String> arguments = new ArrayList<>(List.of(Long.toString(after), Integer.toString(limit)));
        arguments.addAll(interest.channels());
        return texts(link.run(RedisScript.READ, List.of(RedisKeys.root(organization)), arguments));
    }

    static List<String> texts(List<Object> reply) {
        return reply.stream().map(Object::toString).toList();
    }

    /// The messages at these positions, in this order; those that are gone are left out.
    List<Message> fetch(UUID organization, List<String> positions, int attempt) {
        List<Message> found = new ArrayList<>();
        List<String> left = positions;
        while (!left.isEmpty()) {
            List<Object> reply = link.run(RedisScript.FETCH, List.of(RedisKeys.root(organization)), left);
            for (Object entry : reply) {
                List<?> fields = (List<?>) entry;
                if (fields.size() > 1) {
                    found.add(message(fields, attempt));
                }
            }
            left = left.subList(reply.size(), left.size());
        }
        return found;
    }

    /// The newest messages before a position, the newest first.
    List<Message> newest(UUID organization, long before, int limit) {
        return link
                .run(
                        RedisScript.NEWEST,
                        List.of(RedisKeys.root(organization)),
                        List.of(Long.toString(before), Integer.toString(limit)))
                .stream()
                .map(entry -> message((List<?>) entry, 1))
                .toList();
    }

    private static Message message(List<?> entry, int attempt) {
        Map<String, String> fields = new HashMap<>();
        for (int i = 1; i < entry.size(); i += 2) {
            fields.put(entry.get(i).toString(), entry.get(i + 1).toString());
        }
        long position = Long.parseLong(entry.getFirst().toString());
        long expires = Long.parseLong(text(fields, "x"));
        return new Message(
                UUID.fromString(text(fields, "i")),
                position,
                moment(position),
                text(fields, "c"),
                Priority.ofStored(Integer.parseInt(text(fields, "p"))),
                orNull(text(fields, "s")),
                text(fields, "k"),
                orNull(text(fields, "o")),
                orNull(text(fields, "r")),
                expires == 0 ? null : moment(expires),
                headers(text(fields, "h")),
                Jsonb.node(text(fields, "b")),
                attempt);
    }

    private static String text(Map<String, String> fields, String name) {
        return fields.getOrDefault(name, "");
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private static Map<String, String> headers(String json) {
        Map<String, String> headers = new TreeMap<>();
        if (!json.isEmpty()) {
            Jsonb.map(json).forEach((name, value) -> headers.put(name, String.valueOf(value)));
        }
        return headers;
    }

    static Instant moment(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    long head(UUID organization) {
        return Long.parseLong(link.run(RedisScript.POSITION, List.of(RedisKeys.root(organization)), List.of())
                .getFirst()
                .toString());
    }
}
