package dev.mainstay.task;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.OrganizationDatabase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Reads tasks by identifier, with the place of each: one statement, so one moment. Stateless and thread-safe.
final class TaskRows {
    /// What stands beside a task tells where it is. The claims are few, so their arrays are opened once.
    static final String STANDING = """
            FROM tasks task
            JOIN task_lanes lane ON lane.organization_id = task.organization_id AND lane.lane_id = task.lane_id
            LEFT JOIN task_delayed delayed
                ON delayed.organization_id = task.organization_id AND delayed.task_id = task.id
            LEFT JOIN task_blocked blocked
                ON blocked.organization_id = task.organization_id AND blocked.task_id = task.id
            LEFT JOIN task_waits wait ON wait.organization_id = task.organization_id AND wait.task_id = task.id
            LEFT JOIN (
                SELECT claim.worker, claim.claimed_at, claim.expires_at, claim.session_id, held.id
                FROM task_claims claim
                CROSS JOIN unnest(claim.task_ids) AS held (id)
                WHERE claim.organization_id = :organization) AS claim ON claim.id = task.id
            """;

    static final String PLACE = """
            CASE WHEN task.state <> 'open' THEN NULL
                WHEN claim.id IS NOT NULL THEN 'running'
                WHEN delayed.task_id IS NOT NULL THEN 'delayed'
                WHEN blocked.task_id IS NOT NULL THEN 'blocked'
                WHEN wait.task_id IS NOT NULL THEN 'waiting'
                WHEN EXISTS (SELECT FROM task_types_served(:organization) AS served
                WHERE served.type = lane.type AND (served.queue IS NULL OR served.queue = lane.queue)) THEN 'ready'
                ELSE 'no-worker' END
            """;

    static final String COLUMNS = """
            task.id, lane.queue, lane.type, task.state, task.priority, task.attempts AS failures, task.max_attempts, task.tags,
            task.fence + (task.state = 'completed' OR task.state = 'open' AND claim.id IS NOT NULL)::integer AS attempts,
            task.parent_id, task.unique_key, task.ordering_key, task.progress, task.progress_message, task.created_at,
            coalesce(claim.worker, CASE WHEN task.state <> 'open' THEN task.worker END) AS worker,
            coalesce(claim.claimed_at, CASE WHEN task.state <> 'open' THEN task.started_at END) AS started_at,
            task.ended_at, coalesce(delayed.run_at, blocked.run_at) AS due_at, clock_timestamp() AS now,
            CASE WHEN task.state <> 'open' OR claim.id IS NOT NULL THEN NULL
                WHEN wait.task_id IS NOT NULL THEN wait.kind || ' ' || wait.name
                WHEN blocked.task_id IS NOT NULL THEN 'tasks'
                ELSE delayed.cause END AS waits_for,
            left(task.error, 300) AS error,
            """ + PLACE + " AS place\n";

    private static final String BY_ID = "SELECT " + COLUMNS + STANDING + """
            WHERE task.organization_id = :organization AND task.id = ANY(:ids)
            ORDER BY task.id DESC
            """;

    private TaskRows() {}

    /// The newest first.
    static List<TaskView> byId(OrganizationDatabase database, Collection<UUID> ids) {
        return ids.isEmpty()
                ? List.of()
                : database.list(
                        BY_ID,
                        Map.of("organization", database.organization(), "ids", ids.toArray(UUID[]::new)),
                        (row, context) -> view(row));
    }

    static TaskView view(ResultSet row) throws SQLException {
        return new TaskView(
                Columns.uuid(row, "id"),
                row.getString("queue"),
                row.getString("type"),
                row.getString("state"),
                row.getString("place"),
                Priority.ofStored(row.getInt("priority")).word(),
                row.getLong("attempts"),
                row.getInt("failures"),
                row.getObject("max_attempts", Integer.class),
                Columns.texts(row, "tags"),
                row.getObject("parent_id", UUID.class),
                NewTask.shownKey(row.getString("unique_key")),
                row.getString("ordering_key"),
                progress(row),
                row.getString("worker"),
                Columns.instant(row, "created_at"),
                Columns.nullableInstant(row, "started_at"),
                Columns.nullableInstant(row, "ended_at"),
                Columns.nullableInstant(row, "due_at"),
                row.getString("waits_for"),
                row.getString("error"));
    }

    private static TaskView.@Nullable Progress progress(ResultSet row) throws SQLException {
        Double fraction = Columns.nullableDouble(row, "progress");
        if (fraction == null || TaskState.COMPLETED.word().equals(row.getString("state"))) {
            return null; // what completed is no longer on its way
        }
        boolean isRunning = TaskPlace.RUNNING.word().equals(row.getString("place"));
        Instant startedAt = isRunning ? Columns.nullableInstant(row, "started_at") : null;
        return new TaskView.Progress(
                fraction, row.getString("progress_message"), eta(startedAt, Columns.instant(row, "now"), fraction));
    }

    /// If it goes on as fast as from its start until now.
    private static @Nullable Instant eta(@Nullable Instant startedAt, Instant now, double fraction) {
        if (startedAt == null || fraction == 0) {
            return null;
        }
        double millis = Duration.between(startedAt, now).toMillis() * (1 - fraction) / fraction;
        return now.plusMillis(Math.round(millis));
    }
}
