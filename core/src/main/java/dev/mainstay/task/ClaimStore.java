package dev.mainstay.task;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Claims batches of tasks for the session of a node. Thread-safe.
final class ClaimStore {
    private static final Logger LOG = LoggerFactory.getLogger(ClaimStore.class);

    private static final String OPEN = """
            WITH ready AS MATERIALIZED (
                SELECT want.place, want.organization_id, want.queue
                FROM unnest(:organizations, :queues, :lanes, :ranks, :marks) WITH ORDINALITY
                    AS want (organization_id, queue, lane_id, rank, above, place)
                CROSS JOIN LATERAL (
                    SELECT
                    FROM task_ready
                    WHERE lane_id = want.lane_id AND rank = want.rank::smallint AND seq > want.above
                    ORDER BY seq
                    LIMIT 1) AS first),
            queue AS MATERIALIZED (
                SELECT DISTINCT organization_id, queue
                FROM ready)
            SELECT ready.place
            FROM ready
            JOIN queue USING (organization_id, queue)
            WHERE task_room(queue.organization_id, queue.queue) > 0
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
        BatchClaim<ClaimedTask> claim = claim(session, claims);
        try {
            return database.statement(handle -> claim.run(handle, wants, most, null));
        } catch (RuntimeException e) {
            if (!Database.isConflict(e) && !Database.isUnanswered(e)) {
                throw e;
            }
            // What the first time may have claimed is given back when this node is seen not to know of it.
            claims.clear();
            return database.write(handle -> claim.run(handle, wants, most, null));
        }
    }

    /// The same from the one queue that all wants are in, when it has limits.
    ///
    /// @param patience for those who hold the limits
    List<ClaimedTask> claim(UUID session, List<Want> wants, int most, LaneStore.Queue limited, Patience patience) {
        BatchClaim<ClaimedTask> claim = claim(session, new HashMap<>());
        return patience.claim(wait -> database.tryWrite(wait, handle -> claim.run(handle, wants, most, limited)));
    }

    private BatchClaim<ClaimedTask> claim(UUID session, Map<UUID, Claim> claims) {
        return new BatchClaim<>(new ClaimHolder.Node(session, worker), (row, context) -> task(row, session, claims));
    }

    /// Those of them where something is claimable and may start, as far as can be told without holding the limits.
    List<Want> open(List<Want> wants) {
        return database
                .read(handle -> BatchClaim.bound(handle.createQuery(OPEN), wants)
                        .mapTo(Integer.class)
                        .list())
                .stream()
                .map(place -> wants.get(place - 1))
                .toList();
    }

    /// A claim whose answer was lost is held by this session and run by nobody.
    ///
    /// @param known the claims this node knows of, asked for anew each time they are sent
    void giveBackForgotten(UUID session, Supplier<Set<UUID>> known) {
        long tasks = database.write(handle -> handle.createQuery("SELECT tasks_forgotten(:session, :known)")
                .bind("session", session)
                .bindArray("known", UUID.class, List.copyOf(known.get()))
                .mapTo(Long.class)
                .one());
        if (tasks > 0) {
            LOG.atWarn().log("{} tasks given back, whose claim this node never heard the answer of", tasks);
        }
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
