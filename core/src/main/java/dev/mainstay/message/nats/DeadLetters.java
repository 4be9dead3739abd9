package dev.mainstay.message.nats;

import dev.mainstay.message.DeadLetter;
import dev.mainstay.message.Message;
import dev.mainstay.postgres.ExactJson;
import io.nats.client.KeyValue;
import io.nats.client.api.KeyValueEntry;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// What groups gave up, each with its message, and messages that are needed longer than the log keeps them.
/// Thread-safe.
final class DeadLetters {
    private static final JsonMapper MAPPER = ExactJson.builder().build();

    private final NatsLink link;
    private final NatsStores stores;
    private final NatsLog log;

    DeadLetters(NatsLink link, NatsStores stores, NatsLog log) {
        this.link = link;
        this.stores = stores;
        this.log = log;
    }

    void store(UUID organization, String group, NatsGroup.Dead dead) {
        find(organization, dead.position()).ifPresent(message -> {
            DeadLetter letter = new DeadLetter(
                    group,
                    NatsFrame.tried(message, dead.attempts()),
                    dead.attempts(),
                    dead.reason(),
                    Instant.EPOCH.plus(dead.at(), ChronoUnit.MICROS));
            put(organization, NatsNames.deadLetter(group, dead.position()), letter);
        });
    }

    private void put(UUID organization, String key, Object value) {
        link.call(() -> stores.groups(organization).put(key, MAPPER.writeValueAsBytes(value)));
    }

    List<DeadLetter> list(UUID organization, Optional<String> group, int limit) {
        KeyValue bucket = stores.groups(organization);
        return keys(organization, group).stream()
                .map(key -> read(bucket, key, DeadLetter.class))
                .flatMap(Optional::stream)
                .sorted(Comparator.comparing(DeadLetter::diedAt).reversed())
                .limit(limit)
                .toList();
    }

    /// In the order of their places, behind one of them.
    List<DeadLetter> list(UUID organization, Optional<String> group, Optional<DeadLetter.Place> after, int limit) {
        KeyValue bucket = stores.groups(organization);
        return keys(organization, group).stream()
                .filter(key -> after.stream().allMatch(last -> last.compareTo(NatsNames.placeOf(key)) < 0))
                .sorted(Comparator.comparing(NatsNames::placeOf))
                .flatMap(key -> read(bucket, key, DeadLetter.class).stream())
                .limit(limit)
                .toList();
    }

    int count(UUID organization, String group) {
        return keys(organization, Optional.of(group)).size();
    }

    private List<String> keys(UUID organization, Optional<String> group) {
        KeyValue bucket = stores.groups(organization);
        return link.call(() -> bucket.keys(NatsNames.deadLetters(group)));
    }

    private <T> Optional<T> read(KeyValue bucket, String key, Class<T> type) {
        KeyValueEntry entry = link.call(() -> bucket.get(key));
        return value(entry).map(bytes -> MAPPER.readValue(bytes, type));
    }

    private static Optional<byte[]> value(@Nullable KeyValueEntry entry) {
        return entry == null ? Optional.empty() : Optional.of(entry.getValue());
    }

    Optional<Message> message(UUID organization, String group, long position) {
        return read(stores.groups(organization), NatsNames.deadLetter(group, position), DeadLetter.class)
                .map(DeadLetter::message);
    }

    /// False when it is none.
    boolean discard(UUID organization, String group, long position) {
        KeyValue bucket = stores.groups(organization);
        String key = NatsNames.deadLetter(group, position);
        KeyValueEntry entry = link.call(() -> bucket.get(key));
        if (entry == null) {
            return false;
        }
        try {
            return link.guarded(() -> {
                bucket.purge(key, entry.getRevision());
                return true;
            });
        } catch (NatsLink.Conflict e) {
            return false;
        }
    }

    /// All of a group.
    void forget(UUID organization, String group) {
        KeyValue bucket = stores.groups(organization);
        keys(organization, Optional.of(group))
                .forEach(key -> link.call(() -> {
                    bucket.purge(key);
                    return true;
                }));
    }

    /// A message of the log, or one that is kept beside it.
    Optional<Message> find(UUID organization, long position) {
        return log.find(organization, position)
                .or(() -> read(stores.groups(organization), NatsNames.kept(position), Message.class));
    }

    void keepIfGone(UUID organization, Message message) {
        if (log.find(organization, message.position()).isEmpty()) {
            keep(organization, message);
        }
    }

    private void keep(UUID organization, Message message) {
        put(organization, NatsNames.kept(message.position()), NatsFrame.tried(message, 1));
    }

    /// Before the log forgets what lies before a position: keeps what is needed of it, and drops what
    /// was kept and is not.
    void keepBefore(UUID organization, long end, Set<Long> needed) {
        KeyValue bucket = stores.groups(organization);
        Set<Long> kept = link.call(() -> bucket.keys(NatsNames.KEPT + "*")).stream()
                .map(key -> Long.valueOf(key.substring(NatsNames.KEPT.length())))
                .collect(Collectors.toSet());
        needed.stream()
                .filter(position -> position < end && !kept.contains(position))
                .forEach(
                        position -> log.find(organization, position).ifPresent(message -> keep(organization, message)));
        kept.stream()
                .filter(position -> !needed.contains(position))
                .forEach(position -> link.call(() -> {
                    bucket.purge(NatsNames.kept(position));
                    return true;
                }));
    }
}
