package dev.mainstay.task;

import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Claims batches of tasks for a session. Thread-safe.
///
/// The picking is materialized, because a subquery with LIMIT and SKIP LOCKED may otherwise be run again for each row
/// and claim more than asked ([PostgreSQL bug
/// 15715](https://www.postgresql.org/message-id/15715-b2b4b2dcd0b8ea6d%40postgresql.org)).
final class ClaimStore {
    private static final String CLAIM = """
            WITH alive AS MATERIALIZED (
                SELECT session_id
                FROM node_sessions
                WHERE session_id = :session AND ended_at IS NULL AND expires_at > clock_timestamp()),
            want AS MATERIALIZED (
                SELECT want.lane_id, want.rank, want.above, want.quota
                FROM alive
                CROSS JOIN unnest(:organizations, :queues, :lanes, :ranks, :marks, :quotas)
                    WITH ORDINALITY AS want (organization_id, queue, lane_id, rank, above, quota, place)
                JOIN queues queue ON queue.organization_id = want.organization_id AND queue.name = want.queue
                    AND NOT queue.paused
                ORDER BY want.place),
            picked AS MATERIALIZED (
                SELECT ready.place
                FROM want
                CROSS JOIN LATERAL (
                    SELECT ctid AS place
                    FROM task_ready
                    WHERE lane_id = want.lane_id AND rank = want.rank AND seq > want.above
                    ORDER BY seq
                    LIMIT want.quota
                    FOR UPDATE SKIP LOCKED) AS ready
                LIMIT :most),
            taken AS (
                DELETE FROM task_ready
                WHERE ctid = ANY (ARRAY(SELECT place FROM picked))
                RETURNING organization_id, task_id, lane_id, rank, seq),
            claimed AS (
                INSERT INTO task_claims (organization_id, lease_token, session_id, worker, lane_id, task_ids)
                SELECT organization_id, gen_random_uuid(), :session, :worker, lane_id, array_agg(task_id)
                FROM taken
                GROUP BY organization_id, lane_id
                RETURNING organization_id, lease_token, lane_id)
            SELECT claimed.organization_id, claimed.lease_token, task.id, taken.lane_id, taken.rank, taken.seq,
                task.payload::text AS payload, task.fence, task.attempts, task.crashes, task.max_attempts
            FROM taken
            JOIN claimed USING (organization_id, lane_id)
            JOIN tasks task ON task.organization_id = taken.organization_id AND task.id = taken.task_id
                AND task.state = 'open'
            """;

    private static final String SPEND = """
            UPDATE task_limits
            SET tokens = tokens - :started
            WHERE organization_id = :organization AND queue IN ('', :queue) AND rate IS NOT NULL
            """;

    private static final String ENQUEUE_AND_CLAIM = """
            WITH alive AS MATERIALIZED (
                SELECT session.session_id
                FROM node_sessions session
                JOIN queues queue ON queue.organization_id = :organization AND queue.name = :queue AND NOT queue.paused
                WHERE session.session_id = :session AND session.ended_at IS NULL
                    AND session.expires_at > clock_timestamp()),
            stored AS (
                INSERT INTO tasks (organization_id, id, lane_id, priority, payload, tags, max_attempts)
                VALUES (:organization, :id, :lane, :priority, :payload::jsonb, nullif(:tags, '{}'), :attempts)),
            claimed AS (
                INSERT INTO task_claims (organization_id, lease_token, session_id, worker, lane_id, task_ids)
                SELECT :organization, gen_random_uuid(), session_id, :worker, :lane, ARRAY[:id]
                FROM alive
                RETURNING lease_token),
            otherwise AS (
                INSERT INTO task_ready (lane_id, rank, organization_id, task_id)
                SELECT :lane, :priority * 2 + 1, :organization, :id
                WHERE NOT EXISTS (SELECT FROM alive))
            SELECT lease_token
            FROM claimed
            """;

    private static final Logger LOG = LoggerFactory.getLogger(ClaimStore.class);

    private final Database database;
    private final String worker;

    ClaimStore(Database database, String worker) {
        this.database = database;
        this.worker = worker;
    }

    /// What was claimed, at most `most`, in the order of `wants`; nothing once the session is over.
    ///
    /// @param limited the queue all wants are in, when it has limits
    List<ClaimedTask> claim(UUID session, List<Want> wants, int most, LaneStore.@Nullable Queue limited) {
        return database.write(handle -> limited == null
                ? claim(handle, session, wants, most)
                : claimWithin(handle, session, wants, most, limited));
    }

    private List<ClaimedTask> claimWithin(
            Handle handle, UUID session, List<Want> wants, int most, LaneStore.Queue limited) {
        int allowed = handle.createQuery("SELECT task_allowance(:organization, :queue)")
                .bind("organization", limited.organization())
                .bind("queue", limited.name())
                .mapTo(Integer.class)
                .one();
        if (allowed == 0) {
            return List.of();
        }
        List<ClaimedTask> claimed = claim(handle, session, wants, Math.min(most, allowed));
        handle.createUpdate(SPEND)
                .bind("organization", limited.organization())
                .bind("queue", limited.name())
                .bind("started", claimed.size())
                .execute();
        return claimed;
    }

    private List<ClaimedTask> claim(Handle handle, UUID session, List<Want> wants, int most) {
        Map<UUID, Claim> claims = new HashMap<>();
        return handle.createQuery(CLAIM)
                .bind("session", session)
                .bind("worker", worker)
                .bindArray(
                        "organizations",
                        UUID.class,
                        column(wants, want -> want.queue().organization()))
                .bindArray(
                        "queues",
                        String.class,
                        column(wants, want -> want.queue().name()))
                .bindArray("lanes", Integer.class, column(wants, Want::lane))
                .bindArray("ranks", Integer.class, column(wants, Want::rank))
                .bindArray("marks", Long.class, column(wants, Want::above))
                .bindArray("quotas", Integer.class, column(wants, Want::quota))
                .bind("most", most)
                .map((row, context) -> task(row, claims))
                .list();
    }

    /// A claim whose answer was lost is held by this session and run by nobody.
    void giveBackForgotten(UUID session, Collection<UUID> known) {
        long tasks = database.write(handle -> handle.createQuery("SELECT tasks_forgotten(:session, :known)")
                .bind("session", session)
                .bindArray("known", UUID.class, List.copyOf(known))
                .mapTo(Long.class)
                .one());
        if (tasks > 0) {
            LOG.atWarn().log("{} tasks given back, whose claim this node never heard the answer of", tasks);
        }
    }

    /// Stores a task and claims it with the same commit; among the claimable when the session is over or the queue
    /// paused.
    Optional<ClaimedTask> enqueueAndClaim(UUID session, UUID organization, UUID id, int lane, NewTask task) {
        String payload = Payload.text("payload", task.payload());
        return database.write(handle -> handle.createQuery(ENQUEUE_AND_CLAIM)
                .bind("session", session)
                .bind("worker", worker)
                .bind("organization", organization)
                .bind("id", id)
                .bind("lane", lane)
                .bind("queue", task.queue())
                .bind("priority", task.priority().stored())
                .bind("payload", payload)
                .bindArray("tags", String.class, task.tags())
                .bind("attempts", task.attempts())
                .map((row, context) -> {
                    Claim claim = new Claim(organization, Columns.uuid(row, "lease_token"));
                    claim.added();
                    return new ClaimedTask(
                            claim, id, lane, 2 * task.priority().stored() + 1, 0, payload, 1, 0, 0, task.attempts());
                })
                .findOne());
    }

    private static ClaimedTask task(ResultSet row, Map<UUID, Claim> claims) throws SQLException {
        UUID organization = Columns.uuid(row, "organization_id");
        Claim claim = claims.computeIfAbsent(Columns.uuid(row, "lease_token"), token -> new Claim(organization, token));
        claim.added();
        int most = row.getInt("max_attempts");
        return new ClaimedTask(
                claim,
                Columns.uuid(row, "id"),
                row.getInt("lane_id"),
                row.getInt("rank"),
                row.getLong("seq"),
                row.getString("payload"),
                row.getLong("fence") + 1,
                row.getInt("attempts"),
                row.getInt("crashes"),
                most == 0 ? null : most);
    }
}
