package dev.mainstay.task;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.statement.StatementContext;

/// Reads what a node may claim from, and which of its tasks a person wants ended. Thread-safe.
final class LaneStore {
    /// One row for each lane, or one without a lane when there is none. Whether something is claimable is looked up
    /// where nothing was claimed lately: beside it stand no dead entries that an old snapshot keeps in the index.
    private static final String LOOK = """
            SELECT look.is_cancel_asked, look.is_forgotten, lane.lane_id, lane.organization_id, lane.queue, lane.type,
                queue.paused, lane.lane_id = ANY (:busy)
                    OR EXISTS (SELECT FROM task_ready ready WHERE ready.lane_id = lane.lane_id) AS is_ready,
                EXISTS (
                    SELECT FROM task_limits bound
                    WHERE bound.organization_id = lane.organization_id AND bound.queue IN ('', lane.queue)) AS is_limited
            FROM (
                SELECT EXISTS (
                        SELECT FROM task_cancels WHERE coalesce(session_id, :session) = :session) AS is_cancel_asked,
                    EXISTS (
                        SELECT FROM task_claims
                        WHERE session_id = :session AND lease_token <> ALL (:known)
                            AND claimed_at < clock_timestamp() - interval '3 seconds') AS is_forgotten) AS look
            LEFT JOIN task_lanes lane ON lane.type = ANY (:types)
            LEFT JOIN queues queue ON queue.organization_id = lane.organization_id AND queue.name = lane.queue
            """;

    private static final String CANCELLED = """
            SELECT task.id, coalesce(task.cancel_reason, task.error, '') AS reason
            FROM task_cancels asked
            JOIN tasks task ON task.organization_id = asked.organization_id AND task.id = asked.task_id
            WHERE asked.task_id = ANY (:running)
                AND ((asked.session_id = :session AND task.state = 'open')
                    OR (asked.session_id IS NULL AND task.state = 'cancelled'))
            """;

    private final Database database;

    LaneStore(Database database) {
        this.database = database;
    }

    record Queue(UUID organization, String name) {}

    record Lane(int id, UUID organization, String queue, String type, boolean isPaused, boolean isLimited) {
        Queue inQueue() {
            return new Queue(organization, queue);
        }
    }

    /// What there is for a node at the moment.
    ///
    /// @param isCancelAsked whether a person wants one of its tasks ended
    /// @param isForgotten whether its session holds what it does not know of, or did a moment ago
    /// @param ready among the lanes, where something may be claimable
    record Look(boolean isCancelAsked, boolean isForgotten, List<Lane> lanes, Set<Lane> ready) {}

    /// @param known the claims the session knows of
    /// @param busy lanes that are ready in any case
    Look look(UUID session, Collection<String> types, Collection<UUID> known, Collection<Integer> busy) {
        return database.read(handle -> handle.createQuery(LOOK)
                .bind("session", session)
                .bindArray("types", String.class, List.copyOf(types))
                .bindArray("known", UUID.class, List.copyOf(known))
                .bindArray("busy", Integer.class, List.copyOf(busy))
                .reduceResultSet(new Look(false, false, new ArrayList<>(), new HashSet<>()), LaneStore::with));
    }

    private static Look with(Look before, ResultSet row, StatementContext context) throws SQLException {
        int id = row.getInt("lane_id");
        if (!row.wasNull()) {
            Lane lane = lane(id, row);
            before.lanes().add(lane);
            if (row.getBoolean("is_ready")) {
                before.ready().add(lane);
            }
        }
        return new Look(
                row.getBoolean("is_cancel_asked"), row.getBoolean("is_forgotten"), before.lanes(), before.ready());
    }

    private static Lane lane(int id, ResultSet row) throws SQLException {
        return new Lane(
                id,
                Columns.uuid(row, "organization_id"),
                row.getString("queue"),
                row.getString("type"),
                row.getBoolean("paused"),
                row.getBoolean("is_limited"));
    }

    /// A running task and why a person wants it ended.
    record Cancel(UUID task, String reason) {}

    /// Also those that had ended by the time their claim was committed.
    List<Cancel> cancelled(UUID session, Collection<UUID> running) {
        return database.read(handle -> handle.createQuery(CANCELLED)
                .bind("session", session)
                .bindArray("running", UUID.class, List.copyOf(running))
                .map((row, context) -> new Cancel(Columns.uuid(row, "id"), row.getString("reason")))
                .list());
    }
}
