package dev.mainstay.task;

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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Claims batches of tasks for the session of a node. Thread-safe.
final class ClaimStore {
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
        Map<UUID, Claim> claims = new HashMap<>();
        BatchClaim<ClaimedTask> claim =
                new BatchClaim<>(new ClaimHolder.Node(session, worker), (row, context) -> task(row, session, claims));
        return database.write(handle -> claim.run(handle, wants, most, limited));
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
                    Claim claim = new Claim(organization, Columns.uuid(row, "lease_token"), session);
                    claim.added();
                    return new ClaimedTask(
                            claim,
                            id,
                            lane,
                            2 * task.priority().stored() + 1,
                            0,
                            payload,
                            1,
                            0,
                            0,
                            task.attempts(),
                            false);
                })
                .findOne());
    }

    private static ClaimedTask task(ResultSet row, UUID session, Map<UUID, Claim> claims) throws SQLException {
        UUID organization = Columns.uuid(row, "organization_id");
        Claim claim = claims.computeIfAbsent(
                Columns.uuid(row, "lease_token"), token -> new Claim(organization, token, session));
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
                most == 0 ? null : most,
                row.getBoolean("forked"));
    }
}
