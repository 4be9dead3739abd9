package dev.mainstay.task;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Database;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/// Reads what a node may claim from, and which of its tasks a person wants ended. Thread-safe.
final class LaneStore {
    private static final String LANES = """
            SELECT lane.lane_id, lane.organization_id, lane.queue, lane.type, queue.paused,
                EXISTS (
                    SELECT FROM task_limits bound
                    WHERE bound.organization_id = lane.organization_id AND bound.queue IN ('', lane.queue)) AS is_limited
            FROM task_lanes lane
            JOIN queues queue ON queue.organization_id = lane.organization_id AND queue.name = lane.queue
            WHERE lane.type = ANY (:types)
            """;

    private static final String CANCELLED = """
            SELECT task.id, task.cancel_reason
            FROM task_cancels asked
            JOIN tasks task ON task.organization_id = asked.organization_id AND task.id = asked.task_id
            WHERE asked.session_id = :session AND task.state = 'open'
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

    List<Lane> lanes(Collection<String> types) {
        return database.read(handle -> handle.createQuery(LANES)
                .bindArray("types", String.class, List.copyOf(types))
                .map((row, context) -> new Lane(
                        row.getInt("lane_id"),
                        Columns.uuid(row, "organization_id"),
                        row.getString("queue"),
                        row.getString("type"),
                        row.getBoolean("paused"),
                        row.getBoolean("is_limited")))
                .list());
    }

    /// A running task and why a person wants it ended.
    record Cancel(UUID task, String reason) {}

    List<Cancel> cancelled(UUID session) {
        return database.read(handle -> handle.createQuery(CANCELLED)
                .bind("session", session)
                .map((row, context) -> new Cancel(Columns.uuid(row, "id"), row.getString("cancel_reason")))
                .list());
    }
}
