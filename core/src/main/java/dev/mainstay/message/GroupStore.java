package dev.mainstay.message;

import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Database;
import dev.mainstay.task.RetryPolicy;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Consumer groups in PostgreSQL: what each wants, where it stands, what it has in hand and what it gave up.
/// Thread-safe.
final class GroupStore {
    private static final String DECLARE = """
            INSERT INTO message_groups AS known (organization_id, name, channels, keys, keys_regex, filter, filter_path,
                ordered, max_attempts, retry_first, retry_longest, retry_jitter, ack_within, positions)
            VALUES (:organization, :name, :channels, :keys, :regex, :filter, :path::jsonpath, :ordered, :attempts,
                make_interval(secs => :first), make_interval(secs => :longest), :jitter,
                make_interval(secs => :seconds), array_fill(:position::bigint, ARRAY[4]))
            ON CONFLICT (organization_id, name) DO UPDATE
            SET channels = excluded.channels, keys = excluded.keys, keys_regex = excluded.keys_regex,
                filter = excluded.filter, filter_path = excluded.filter_path, ordered = excluded.ordered,
                max_attempts = excluded.max_attempts, retry_first = excluded.retry_first,
                retry_longest = excluded.retry_longest, retry_jitter = excluded.retry_jitter,
                ack_within = excluded.ack_within
            WHERE (known.channels, known.keys, known.filter, known.ordered, known.max_attempts, known.retry_first,
                    known.retry_longest, known.retry_jitter, known.ack_within)
                IS DISTINCT FROM (excluded.channels, excluded.keys, excluded.filter, excluded.ordered,
                    excluded.max_attempts, excluded.retry_first, excluded.retry_longest, excluded.retry_jitter,
                    excluded.ack_within)
            """;

    private static final String FIND = """
            SELECT *, extract(epoch FROM retry_first)::double precision AS first_seconds,
                extract(epoch FROM retry_longest)::double precision AS longest_seconds,
                extract(epoch FROM ack_within)::double precision AS ack_seconds
            FROM message_groups
            WHERE organization_id = :organization AND name = :group
            """;

    private static final String HELD = """
            SELECT message.*, claim.attempts
            FROM message_claims claim
            JOIN messages message ON message.organization_id = claim.organization_id
                AND message.position = ANY (claim.positions)
            WHERE claim.organization_id = :organization AND claim.lease_token = :token AND claim.group_name = :group
            ORDER BY message.priority, message.position
            """;

    private static final String REMOVE = """
            WITH held AS (
                DELETE FROM message_claims WHERE organization_id = :organization AND group_name = :group),
            waits AS (
                DELETE FROM message_waiting WHERE organization_id = :organization AND group_name = :group),
            dead AS (
                DELETE FROM message_dead_letters WHERE organization_id = :organization AND group_name = :group)
            DELETE FROM message_groups WHERE organization_id = :organization AND name = :group
            """;

    private static final String CLAIMED = """
            SELECT COLUMNS
            FROM messages
            WHERE organization_id = :organization AND position = ANY (:positions)
                AND position BETWEEN :first AND :last
            ORDER BY priority, position
            """.replace("COLUMNS", LogStore.COLUMNS);

    private static final String RENEW = """
            UPDATE message_claims
            SET expires_at = clock_timestamp() + make_interval(secs => :seconds)
            WHERE organization_id = :organization AND lease_token = ANY (:tokens)
            RETURNING lease_token
            """;

    private static final String DEAD_LETTERS = """
            SELECT dead.group_name, dead.attempts, dead.reason, dead.died_at, message.*
            FROM message_dead_letters dead
            JOIN messages message USING (organization_id, position)
            WHERE dead.organization_id = :organization AND (:group::text IS NULL OR dead.group_name = :group)
            ORDER BY dead.died_at DESC, position DESC
            LIMIT :limit
            """;

    private static final String DISCARD = """
            DELETE FROM message_dead_letters
            WHERE organization_id = :organization AND group_name = :group AND position = :position
            """;

    private final Database database;

    GroupStore(Database database) {
        this.database = database;
    }

    void declare(UUID organization, ConsumerGroup group, long position) {
        Interest interest = group.interest();
        database.write(handle -> handle.createUpdate(DECLARE)
                .bind("organization", organization)
                .bind("name", group.name())
                .bindArray(
                        "channels",
                        String.class,
                        interest.channels().stream().sorted().toList())
                .bind("keys", interest.keys().text())
                .bind("regex", interest.keys().isAll() ? null : interest.keys().regex())
                .bind(
                        "filter",
                        interest.filter().isNone() ? null : interest.filter().text())
                .bind(
                        "path",
                        interest.filter().isNone() ? null : interest.filter().jsonPath())
                .bind("ordered", group.ordered())
                .bind("attempts", group.retry().attempts())
                .bind("first", seconds(group.retry().first()))
                .bind("longest", seconds(group.retry().longest()))
                .bind("jitter", group.retry().jitter())
                .bind("seconds", seconds(group.ackWithin()))
                .bind("position", position)
                .execute());
    }

    private static double seconds(Duration duration) {
        return Columns.seconds(duration);
    }

    Optional<ConsumerGroup> find(UUID organization, String group) {
        return database.read(handle -> handle.createQuery(FIND)
                .bind("organization", organization)
                .bind("group", group)
                .map((row, context) -> group(row))
                .findOne());
    }

    private static ConsumerGroup group(ResultSet row) throws SQLException {
        String filter = row.getString("filter");
        Interest interest = new Interest(
                Set.copyOf(Columns.texts(row, "channels")),
                TopicPattern.of(row.getString("keys")),
                filter == null ? MessageFilter.NONE : MessageFilter.of(filter));
        RetryPolicy retry = new RetryPolicy(
                row.getInt("max_attempts"),
                duration(row, "first_seconds"),
                duration(row, "longest_seconds"),
                row.getDouble("retry_jitter"));
        return new ConsumerGroup(
                row.getString("name"),
                interest,
                Start.NEWEST,
                retry,
                duration(row, "ack_seconds"),
                row.getBoolean("ordered"));
    }

    static Duration duration(ResultSet row, String column) throws SQLException {
        return Duration.ofMillis(Math.round(row.getDouble(column) * 1_000));
    }

    boolean remove(UUID organization, String group) {
        return database.write(handle -> handle.createUpdate(REMOVE)
                        .bind("organization", organization)
                        .bind("group", group)
                        .execute())
                == 1;
    }

    Batch held(UUID organization, String group, UUID token) {
        return new Batch(
                token,
                database.read(handle -> handle.createQuery(HELD)
                        .bind("organization", organization)
                        .bind("group", group)
                        .bind("token", token)
                        .map((row, context) -> LogStore.message(row, row.getInt("attempts") + 1))
                        .list()));
    }

    void seek(UUID organization, String group, long position) {
        database.write(handle -> handle.createUpdate("SELECT message_seek(:organization, :group, :position)")
                .bind("organization", organization)
                .bind("group", group)
                .bind("position", position)
                .execute());
    }

    private record Claimed(int attempt, List<Long> positions) {}

    Batch claim(UUID organization, String group, UUID session, UUID consumer, int most) {
        UUID token = UUID.randomUUID();
        return database.write(handle -> {
            Claimed claimed = handle.createQuery(
                            "SELECT tried, chosen FROM message_claim(:organization, :group, :token, :session, :consumer, :most)")
                    .bind("organization", organization)
                    .bind("group", group)
                    .bind("token", token)
                    .bind("session", session)
                    .bind("consumer", consumer)
                    .bind("most", most)
                    .map((row, context) -> new Claimed(row.getInt("tried") + 1, positions(row)))
                    .one();
            return new Batch(token, messages(handle, organization, claimed));
        });
    }

    private static List<Long> positions(ResultSet row) throws SQLException {
        return row.getArray("chosen") == null
                ? List.of()
                : List.of((Long[]) row.getArray("chosen").getArray());
    }

    private static List<Message> messages(Handle handle, UUID organization, Claimed claimed) {
        if (claimed.positions().isEmpty()) {
            return List.of();
        }
        return handle.createQuery(CLAIMED)
                .bind("organization", organization)
                .bindArray("positions", Long.class, claimed.positions())
                .bind("first", Collections.min(claimed.positions()))
                .bind("last", Collections.max(claimed.positions()))
                .map((row, context) -> LogStore.message(row, claimed.attempt()))
                .list();
    }

    /// Returns the leases that were lost.
    Set<UUID> settle(UUID organization, ConsumerGroup group, List<Settlement> settlements) {
        return new HashSet<>(database.write(handle -> handle.createQuery(
                        "SELECT message_settle(:organization, :group, :tokens, :positions, :outcomes, :delays, :errors)")
                .bind("organization", organization)
                .bind("group", group.name())
                .bindArray("tokens", UUID.class, column(settlements, Settlement::token))
                .bindArray(
                        "positions",
                        Long.class,
                        column(settlements, settlement -> settlement.message().position()))
                .bindArray("outcomes", String.class, column(settlements, GroupStore::outcome))
                .bindArray(
                        "delays", Double.class, column(settlements, settlement -> Columns.seconds(settlement.again())))
                .bindArray("errors", String.class, column(settlements, GroupStore::error))
                .mapTo(UUID.class)
                .list()));
    }

    private static String outcome(Settlement settlement) {
        return settlement.outcome().name().toLowerCase(Locale.ROOT);
    }

    private static String error(Settlement settlement) {
        return settlement.error() == null ? "" : settlement.error();
    }

    Set<UUID> renew(UUID organization, ConsumerGroup group, Collection<UUID> tokens) {
        Set<UUID> lost = new HashSet<>(tokens);
        database.write(handle -> handle.createQuery(RENEW)
                        .bind("organization", organization)
                        .bind("seconds", seconds(group.ackWithin()))
                        .bindArray("tokens", UUID.class, List.copyOf(tokens))
                        .mapTo(UUID.class)
                        .list())
                .forEach(lost::remove);
        return lost;
    }

    Set<String> ready(UUID organization, Collection<String> groups) {
        return new HashSet<>(database.read(handle -> handle.createQuery("""
                        SELECT name FROM unnest(:groups) AS asked (name)
                        WHERE message_group_is_ready(:organization, name)
                        """)
                .bind("organization", organization)
                .bindArray("groups", String.class, List.copyOf(groups))
                .mapTo(String.class)
                .list()));
    }

    /// A group that has something again because a consumer is gone.
    record Rescued(UUID organization, String group) {}

    List<Rescued> rescue() {
        return database.write(handle -> handle.createQuery("SELECT organization_id, group_name FROM messages_rescue()")
                .map((row, context) -> new Rescued(Columns.uuid(row, "organization_id"), row.getString("group_name")))
                .list());
    }

    List<DeadLetter> deadLetters(UUID organization, Optional<String> group, int limit) {
        return database.read(handle -> handle.createQuery(DEAD_LETTERS)
                .bind("organization", organization)
                .bind("group", group.orElse(null))
                .bind("limit", limit)
                .map((row, context) -> dead(row))
                .list());
    }

    static DeadLetter dead(ResultSet row) throws SQLException {
        return new DeadLetter(
                row.getString("group_name"),
                LogStore.message(row, row.getInt("attempts")),
                row.getInt("attempts"),
                row.getString("reason"),
                Columns.instant(row, "died_at"));
    }

    boolean redrive(UUID organization, String group, long position) {
        return database.write(handle -> handle.createQuery("SELECT message_redrive(:organization, :group, :position)")
                .bind("organization", organization)
                .bind("group", group)
                .bind("position", position)
                .mapTo(Boolean.class)
                .one());
    }

    boolean discard(UUID organization, String group, long position) {
        return database.write(handle -> handle.createUpdate(DISCARD)
                        .bind("organization", organization)
                        .bind("group", group)
                        .bind("position", position)
                        .execute())
                == 1;
    }
}
