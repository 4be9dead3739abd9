package dev.mainstay.message;

import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Filter;
import dev.mainstay.postgres.Jsonb;
import dev.mainstay.task.Priority;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// The log of messages in PostgreSQL. Thread-safe.
final class LogStore {
    static final String COLUMNS = """
            id, position, channel, priority, sender, routing_key, correlation_id, reply_to, expires_at, headers, body
            """;

    private static final String APPEND = """
            WITH taken AS MATERIALIZED (
                SELECT message_positions(:organization, :count) AS before_first),
            stored AS (
                INSERT INTO messages (organization_id, position, id, channel, priority, sender, routing_key,
                    correlation_id, reply_to, expires_at, headers, body)
                SELECT :organization, before_first + place, id, channel, priority, sender, routing_key,
                    correlation_id, reply_to, clock_timestamp() + make_interval(secs => seconds), headers::jsonb, body::jsonb
                FROM taken
                CROSS JOIN unnest(:ids, :channels, :priorities, :senders, :keys, :correlations, :replies, :seconds,
                    :headers, :bodies) WITH ORDINALITY
                    AS message (id, channel, priority, sender, routing_key, correlation_id, reply_to, seconds, headers,
                        body, place))
            SELECT before_first FROM taken
            """;

    private static final String SUBMIT = """
            INSERT INTO SCHEMA.message_outbox (organization_id, id, channel, priority, sender, routing_key,
                correlation_id, reply_to, expires_at, headers, body)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, clock_timestamp() + make_interval(secs => ?), ?::jsonb, ?::jsonb)
            """;

    private static final String READ_CHANNELS = """
            SELECT message.*
            FROM unnest(:channels) AS wanted (channel)
            CROSS JOIN generate_series(0, 3) AS urgency
            CROSS JOIN LATERAL (
                SELECT COLUMNS
                FROM messages
                WHERE organization_id = :organization AND channel = wanted.channel AND priority = urgency
                    AND position > :after AND position <= :until
                    AND (expires_at IS NULL OR expires_at > clock_timestamp()) FILTERED
                ORDER BY position
                LIMIT :limit) AS message
            ORDER BY position
            LIMIT :limit
            """.replace("COLUMNS", COLUMNS);

    private static final String READ_ALL = """
            SELECT COLUMNS
            FROM messages
            WHERE organization_id = :organization AND position > :after AND position <= :until
                AND (expires_at IS NULL OR expires_at > clock_timestamp()) FILTERED
            ORDER BY position
            LIMIT :limit
            """.replace("COLUMNS", COLUMNS);

    private static final String PART_OF_ALL = """
            SELECT position
            FROM messages
            WHERE organization_id = :organization AND position > :after
            ORDER BY position
            LIMIT 1 OFFSET :part
            """;

    /// So many of the channel and priority that reaches this number first.
    private static final String PART_OF_CHANNELS = """
            SELECT min(part.position)
            FROM unnest(:channels) AS wanted (channel)
            CROSS JOIN generate_series(0, 3) AS urgency
            CROSS JOIN LATERAL (
                SELECT position
                FROM messages
                WHERE organization_id = :organization AND channel = wanted.channel AND priority = urgency
                    AND position > :after
                ORDER BY position
                LIMIT 1 OFFSET :part) AS part
            """;

    private static final int PART = 20_000;

    private final Database database;
    private final int part;

    LogStore(Database database) {
        this(database, PART);
    }

    /// @param part of so many messages a filter is looked for with one statement
    LogStore(Database database, int part) {
        this.database = database;
        this.part = part;
    }

    /// Returns the positions given.
    List<Long> append(UUID organization, List<Outgoing> messages) {
        long before = database.write(handle -> handle.createQuery(APPEND)
                .bind("organization", organization)
                .bind("count", messages.size())
                .bindArray("ids", UUID.class, column(messages, Outgoing::id))
                .bindArray("channels", String.class, column(messages, Outgoing::channel))
                .bindArray("priorities", Integer.class, column(messages, LogStore::priority))
                .bindArray("senders", String.class, nullable(messages, Outgoing::sender))
                .bindArray("keys", String.class, column(messages, Outgoing::routingKey))
                .bindArray("correlations", String.class, nullable(messages, Outgoing::correlationId))
                .bindArray("replies", String.class, nullable(messages, Outgoing::replyTo))
                .bindArray("seconds", Double.class, nullable(messages, message -> seconds(message.timeToLive())))
                .bindArray("headers", String.class, nullable(messages, Outgoing::headers))
                .bindArray("bodies", String.class, column(messages, Outgoing::body))
                .mapTo(Long.class)
                .one());
        return LongStream.rangeClosed(before + 1, before + messages.size())
                .boxed()
                .toList();
    }

    private static int priority(Outgoing message) {
        return message.priority().stored();
    }

    private static @Nullable Double seconds(@Nullable Duration duration) {
        return duration == null ? null : Columns.seconds(duration);
    }

    /// In the caller's transaction, without a position yet.
    void submit(Connection connection, UUID organization, Outgoing message) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SUBMIT.replace("SCHEMA", database.schema()))) {
            statement.setObject(1, organization);
            statement.setObject(2, message.id());
            statement.setString(3, message.channel());
            statement.setInt(4, message.priority().stored());
            statement.setString(5, message.sender());
            statement.setString(6, message.routingKey());
            statement.setString(7, message.correlationId());
            statement.setString(8, message.replyTo());
            statement.setObject(9, seconds(message.timeToLive()), Types.DOUBLE);
            statement.setString(10, message.headers());
            statement.setString(11, message.body());
            statement.executeUpdate();
        }
    }

    /// Gives positions to what was submitted and committed; the channels of it.
    List<String> collect(UUID organization) {
        return database.write(handle -> handle.createQuery("SELECT messages_collect(:organization)")
                .bind("organization", organization)
                .mapTo(String.class)
                .list());
    }

    List<UUID> organizationsToCollect() {
        return database.read(handle -> handle.createQuery("SELECT DISTINCT organization_id FROM message_outbox")
                .mapTo(UUID.class)
                .list());
    }

    /// The next of them, `limit` at most. A filter that lets little through is looked for part by part, so that no
    /// statement takes long however long the log is.
    List<Message> read(UUID organization, Interest interest, long after, int limit) {
        if (interest.keys().isAll() && interest.filter().isNone()) {
            return read(organization, interest, after, Long.MAX_VALUE, limit);
        }
        List<Message> found = new ArrayList<>();
        long from = after;
        while (from < Long.MAX_VALUE && found.size() < limit) {
            long until = partEnd(organization, interest, from);
            found.addAll(read(organization, interest, from, until, limit - found.size()));
            from = until;
        }
        return found;
    }

    private long partEnd(UUID organization, Interest interest, long after) {
        String sql = interest.isInAllChannels() ? PART_OF_ALL : PART_OF_CHANNELS;
        return database.read(handle -> handle.createQuery(sql)
                .bindArray("channels", String.class, List.copyOf(interest.channels()))
                .bind("organization", organization)
                .bind("after", after)
                .bind("part", part - 1)
                .mapTo(Long.class)
                .findOne()
                .orElse(Long.MAX_VALUE));
    }

    private List<Message> read(UUID organization, Interest interest, long after, long until, int limit) {
        Filter filter = new Filter()
                .with("organization", organization)
                .with("after", after)
                .with("until", until)
                .with("limit", limit);
        if (!interest.keys().isAll()) {
            filter.and(
                    "message_key_words(routing_key) ~ :keys",
                    "keys",
                    interest.keys().regex());
        }
        if (!interest.filter().isNone()) {
            filter.and(
                    "message_passes(messages, :path::jsonpath)",
                    "path",
                    interest.filter().jsonPath());
        }
        String sql = filter.into(interest.isInAllChannels() ? READ_ALL : READ_CHANNELS);
        return database.read(handle -> handle.createQuery(sql)
                .bindMap(filter.parameters())
                .bindArray("channels", String.class, List.copyOf(interest.channels()))
                .map((row, context) -> message(row, 1))
                .list());
    }

    long head(UUID organization) {
        return database.read(
                handle -> handle.createQuery("SELECT head FROM message_logs WHERE organization_id = :organization")
                        .bind("organization", organization)
                        .mapTo(Long.class)
                        .findOne()
                        .orElse(0L));
    }

    static long positionOf(Instant moment) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, moment);
    }

    static Message message(ResultSet row, int attempt) throws SQLException {
        long position = row.getLong("position");
        String headers = row.getString("headers");
        return new Message(
                Columns.uuid(row, "id"),
                position,
                Instant.EPOCH.plus(position, ChronoUnit.MICROS),
                row.getString("channel"),
                Priority.ofStored(row.getInt("priority")),
                row.getString("sender"),
                row.getString("routing_key"),
                row.getString("correlation_id"),
                row.getString("reply_to"),
                Columns.nullableInstant(row, "expires_at"),
                headers == null ? Map.of() : headers(headers),
                Jsonb.node(row.getString("body")),
                attempt);
    }

    private static Map<String, String> headers(String json) {
        Map<String, String> headers = new TreeMap<>();
        Jsonb.map(json).forEach((name, value) -> headers.put(name, String.valueOf(value)));
        return headers;
    }

    // Unlike a list of columns, which holds no nulls.
    private static <B> List<@Nullable B> nullable(List<Outgoing> messages, Function<Outgoing, @Nullable B> value) {
        List<@Nullable B> values = new ArrayList<>(messages.size());
        messages.forEach(message -> values.add(value.apply(message)));
        return values;
    }
}
