package dev.mainstay.task;

import static dev.mainstay.postgres.Columns.column;

import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/// The one way in which tasks are claimed, by nodes and by workers outside: taken from the claimable and put under a
/// lease in one statement, within the limits of their queue. As thread-safe as its mapper.
///
/// The picking is materialized, because a subquery with LIMIT and SKIP LOCKED may otherwise be run again for each row
/// and claim more than asked ([PostgreSQL bug
/// 15715](https://www.postgresql.org/message-id/15715-b2b4b2dcd0b8ea6d%40postgresql.org)).
///
/// @param mapper reads organization_id, lease_token, id, lane_id, rank, seq, payload, fence, attempts, crashes,
/// max_attempts, forked and deadline_at
record BatchClaim<T>(ClaimHolder holder, RowMapper<T> mapper) {
    private static final String CLAIM = """
            WITH holder AS MATERIALIZED (
                %s),
            want AS MATERIALIZED (
                SELECT want.lane_id, want.rank, want.above, want.quota
                FROM holder
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
                INSERT INTO task_claims (organization_id, lease_token, session_id, worker, lane_id, expires_at,
                    deadline_at, task_ids)
                SELECT organization_id, gen_random_uuid(), (SELECT session_id FROM holder), :worker, lane_id,
                    (SELECT expires_at FROM holder), (SELECT deadline_at FROM holder), array_agg(task_id)
                FROM taken
                GROUP BY organization_id, lane_id
                RETURNING organization_id, lease_token, lane_id, deadline_at)
            SELECT claimed.organization_id, claimed.lease_token, task.id, taken.lane_id, taken.rank, taken.seq,
                task.payload::text AS payload, task.fence, task.attempts, task.crashes, task.max_attempts,
                task.links & 32 <> 0 AS forked, claimed.deadline_at
            FROM taken
            JOIN claimed USING (organization_id, lane_id)
            JOIN tasks task ON task.organization_id = taken.organization_id AND task.id = taken.task_id
                AND task.state = 'open'
            """;

    private static final String OF_NODE = CLAIM.formatted(ClaimHolder.Node.SQL);
    private static final String OF_OUTSIDE = CLAIM.formatted(ClaimHolder.Outside.SQL);

    private static final String SPEND = """
            UPDATE task_limits
            SET tokens = tokens - :started
            WHERE organization_id = :organization AND queue IN ('', :queue) AND rate IS NOT NULL
            """;

    /// What was claimed, at most `most`, in the order of `wants`; nothing when there is no holder any more.
    ///
    /// @param limited the queue all wants are in, when it has limits
    List<T> run(Handle handle, List<Want> wants, int most, LaneStore.@Nullable Queue limited) {
        if (limited == null) {
            return claim(handle, wants, most);
        }
        int allowed = handle.createQuery("SELECT task_allowance(:organization, :queue)")
                .bind("organization", limited.organization())
                .bind("queue", limited.name())
                .mapTo(Integer.class)
                .one();
        if (allowed == 0) {
            return List.of();
        }
        List<T> claimed = claim(handle, wants, Math.min(most, allowed));
        handle.createUpdate(SPEND)
                .bind("organization", limited.organization())
                .bind("queue", limited.name())
                .bind("started", claimed.size())
                .execute();
        return claimed;
    }

    private List<T> claim(Handle handle, List<Want> wants, int most) {
        String sql = holder instanceof ClaimHolder.Node ? OF_NODE : OF_OUTSIDE;
        return bound(holder.bind(handle.createQuery(sql)), wants)
                .bindArray("quotas", Integer.class, column(wants, Want::quota))
                .bind("most", most)
                .map(mapper)
                .list();
    }

    /// Where to look, as `:organizations`, `:queues`, `:lanes`, `:ranks` and `:marks`.
    static Query bound(Query query, List<Want> wants) {
        return query.bindArray(
                        "organizations",
                        UUID.class,
                        column(wants, want -> want.queue().organization()))
                .bindArray(
                        "queues",
                        String.class,
                        column(wants, want -> want.queue().name()))
                .bindArray("lanes", Integer.class, column(wants, Want::lane))
                .bindArray("ranks", Integer.class, column(wants, Want::rank))
                .bindArray("marks", Long.class, column(wants, Want::above));
    }
}
