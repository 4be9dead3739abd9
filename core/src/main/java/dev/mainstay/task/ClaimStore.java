package dev.mainstay.task;

import static dev.mainstay.task.Rows.column;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

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
            picked AS MATERIALIZED (
                SELECT ready.place
                FROM alive
                CROSS JOIN unnest(:lanes, :ranks, :marks, :quotas) AS want (lane_id, rank, above, quota)
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
                task.payload::text AS payload, task.fence, task.attempts, task.crashes, task.max_attempts,
                task.created_at
            FROM taken
            JOIN claimed USING (organization_id, lane_id)
            JOIN tasks task ON task.organization_id = taken.organization_id AND task.id = taken.task_id
                AND task.state = 'open'
            """;

    private final Database database;
    private final String worker;

    ClaimStore(Database database, String worker) {
        this.database = database;
        this.worker = worker;
    }

    /// What was claimed, at most `most`, in the order of `wants`; nothing once the session is over.
    List<ClaimedTask> claim(UUID session, List<Want> wants, int most) {
        Map<UUID, Claim> claims = new HashMap<>();
        return database.write(handle -> handle.createQuery(CLAIM)
                .bind("session", session)
                .bind("worker", worker)
                .bindArray("lanes", Integer.class, column(wants, Want::lane))
                .bindArray("ranks", Integer.class, column(wants, Want::rank))
                .bindArray("marks", Long.class, column(wants, Want::above))
                .bindArray("quotas", Integer.class, column(wants, Want::quota))
                .bind("most", most)
                .map((row, context) -> task(row, claims))
                .list());
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
                most == 0 ? null : most,
                Columns.instant(row, "created_at"));
    }
}
