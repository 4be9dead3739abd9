package dev.mainstay.message;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Filter;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Reads messages, channels, groups and dead letters of an organization, as a request sees them. Of messages in
/// PostgreSQL; another transport has its own. Thread-safe.
final class MessageQueries implements MessageLists {
    private static final String SEARCH = """
            SELECT COLUMNS
            FROM messages
            WHERE organization_id = :organization FILTERED
            ORDER BY position DESC
            LIMIT :limit
            """.replace("COLUMNS", LogStore.COLUMNS);

    /// From each name straight to the next, however many messages lie between.
    private static final String CHANNELS = """
            WITH RECURSIVE known (channel) AS (
                (SELECT channel FROM messages
                WHERE organization_id = :organization AND channel > :after
                ORDER BY channel LIMIT 1)
                UNION ALL
                SELECT (SELECT channel FROM messages
                        WHERE organization_id = :organization AND channel > known.channel
                        ORDER BY channel LIMIT 1)
                FROM known WHERE known.channel IS NOT NULL)
            SELECT known.channel, last.position, recent.messages
            FROM (SELECT channel FROM known
                  WHERE channel IS NOT NULL AND NOT starts_with(channel, '@reply.') LIMIT :limit) AS known
            CROSS JOIN LATERAL (
                SELECT max(newest.position) AS position
                FROM generate_series(0, 3) AS urgency
                CROSS JOIN LATERAL (
                    SELECT position FROM messages
                    WHERE organization_id = :organization AND channel = known.channel AND priority = urgency
                    ORDER BY position DESC LIMIT 1) AS newest) AS last
            CROSS JOIN LATERAL (
                SELECT count(*) AS messages
                FROM (SELECT FROM messages
                      WHERE organization_id = :organization AND channel = known.channel
                          AND position > message_position(now() - interval '1 hour')
                      LIMIT 10000) AS counted) AS recent
            ORDER BY known.channel
            """;

    private static final String GROUPS = """
            SELECT reading.*, extract(epoch FROM retry_first)::double precision AS first_seconds,
                extract(epoch FROM retry_longest)::double precision AS longest_seconds,
                extract(epoch FROM ack_within)::double precision AS ack_seconds, behind.messages AS behind, behind.oldest, held.messages AS in_hand, held.consumers,
                (SELECT count(*) FROM message_waiting waiting
                 WHERE waiting.organization_id = :organization AND waiting.group_name = reading.name) AS waiting,
                (SELECT count(*) FROM message_dead_letters dead
                 WHERE dead.organization_id = :organization AND dead.group_name = reading.name) AS dead
            FROM message_groups reading
            CROSS JOIN LATERAL (
                SELECT count(*) AS messages, min(unread.position) AS oldest
                FROM (
                    SELECT fresh.position
                    FROM unnest(reading.channels) AS wanted (channel)
                    CROSS JOIN LATERAL unnest(reading.positions) WITH ORDINALITY AS reached (position, place)
                    CROSS JOIN LATERAL (
                        SELECT position FROM messages
                        WHERE organization_id = :organization AND channel = wanted.channel
                            AND priority = reached.place - 1 AND position > reached.position
                        ORDER BY position
                        LIMIT 10000) AS fresh
                    LIMIT 10000) AS unread) AS behind
            CROSS JOIN LATERAL (
                SELECT coalesce(sum(cardinality(claim.positions)), 0) AS messages,
                    count(DISTINCT claim.consumer) AS consumers
                FROM message_claims claim
                WHERE claim.organization_id = :organization AND claim.group_name = reading.name) AS held
            WHERE reading.organization_id = :organization AND reading.name > :after
                AND (:only::text IS NULL OR reading.name = :only)
            ORDER BY reading.name
            LIMIT :limit
            """;

    private static final String DEAD_LETTERS = """
            SELECT dead.group_name, dead.attempts, dead.reason, dead.died_at, message.*
            FROM message_dead_letters dead
            JOIN messages message USING (organization_id, position)
            WHERE dead.organization_id = :organization FILTERED
            ORDER BY position DESC, dead.group_name
            LIMIT :limit
            """;

    private final Database database;

    MessageQueries(Database database) {
        this.database = database;
    }

    @Override
    public MessagePage search(UUID organization, MessageSearch search) {
        Filter conditions = search.conditions().with("organization", organization);
        List<Message> found = database.api(organization)
                .list(conditions.into(SEARCH), conditions.parameters(), (row, context) -> LogStore.message(row, 1));
        return MessagePage.of(found, search.limit());
    }

    @Override
    public Optional<Message> find(UUID organization, long position) {
        return database.api(organization)
                .find(
                        "SELECT " + LogStore.COLUMNS
                                + " FROM messages WHERE organization_id = :organization AND position = :position",
                        Map.of("organization", organization, "position", position),
                        (row, context) -> LogStore.message(row, 1));
    }

    @Override
    public List<ChannelView> channels(UUID organization, String after, int limit) {
        return database.api(organization)
                .list(CHANNELS, page(organization, after, limit), (row, context) -> channel(row));
    }

    private static Map<String, Object> page(UUID organization, String after, int limit) {
        return new HashMap<>(Map.of("organization", organization, "after", after, "limit", limit));
    }

    private static ChannelView channel(ResultSet row) throws SQLException {
        long position = row.getLong("position");
        return new ChannelView(row.getString("channel"), position, momentOf(position), row.getLong("messages"));
    }

    private static Instant momentOf(long position) {
        return Instant.EPOCH.plus(position, ChronoUnit.MICROS);
    }

    @Override
    public List<GroupView> groups(UUID organization, String after, int limit) {
        return groups(organization, page(organization, after, limit), null);
    }

    @Override
    public Optional<GroupView> group(UUID organization, String name) {
        return groups(organization, page(organization, "", 1), name).stream().findFirst();
    }

    private List<GroupView> groups(UUID organization, Map<String, Object> parameters, @Nullable String only) {
        Map<String, @Nullable Object> bound = new HashMap<>(parameters);
        bound.put("only", only);
        return database.api(organization).list(GROUPS, bound, (row, context) -> group(row));
    }

    private static GroupView group(ResultSet row) throws SQLException {
        long oldest = row.getLong("oldest");
        boolean isNothingUnread = row.wasNull();
        return new GroupView(
                row.getString("name"),
                Columns.texts(row, "channels"),
                row.getString("keys"),
                row.getString("filter"),
                row.getBoolean("ordered"),
                row.getInt("max_attempts"),
                GroupStore.duration(row, "first_seconds"),
                GroupStore.duration(row, "longest_seconds"),
                GroupStore.duration(row, "ack_seconds"),
                row.getLong("behind"),
                isNothingUnread ? null : momentOf(oldest),
                row.getLong("in_hand"),
                row.getLong("consumers"),
                row.getLong("waiting"),
                row.getLong("dead"),
                row.getLong("missed"),
                Columns.instant(row, "created_at"));
    }

    @Override
    public List<DeadLetter> deadLetters(
            UUID organization, Optional<String> group, Optional<DeadLetter.Place> after, int limit) {
        Filter conditions = new Filter()
                .with("organization", organization)
                .with("limit", limit)
                .and("dead.group_name = :group", "group", group)
                .and("position <= :position", "position", after.map(DeadLetter.Place::position))
                .and("(position < :position OR dead.group_name > :last)", "last", after.map(DeadLetter.Place::group));
        return database.api(organization)
                .list(conditions.into(DEAD_LETTERS), conditions.parameters(), (row, context) -> GroupStore.dead(row));
    }
}
