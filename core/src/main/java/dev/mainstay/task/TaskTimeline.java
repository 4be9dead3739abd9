package dev.mainstay.task;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Filter;
import dev.mainstay.postgres.OrganizationDatabase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Reads a task's life as spans, a window of it at a time. Stateless and thread-safe.
public final class TaskTimeline {
    /// The attempt that completed a task is told by the task itself, and the one that runs by its claim.
    private static final String ATTEMPTS = """
            SELECT 0 AS rank, 'attempt' AS kind, fence AS number, NULL AS name, outcome, worker, started_at, ended_at,
                error, NULL::jsonb AS result
            FROM task_attempts
            WHERE organization_id = :organization AND task_id = :id
            UNION ALL
            SELECT 0, 'attempt', fence + 1, NULL, 'completed', worker, started_at, ended_at, NULL, NULL
            FROM tasks
            WHERE organization_id = :organization AND id = :id AND state = 'completed'
            UNION ALL
            SELECT 0, 'attempt', task.fence + 1, NULL, 'running', claim.worker, claim.claimed_at, NULL, NULL, NULL
            FROM tasks task
            JOIN task_claims claim ON claim.organization_id = :organization AND claim.task_ids @> ARRAY[task.id]
            WHERE task.organization_id = :organization AND task.id = :id AND task.state = 'open'
            """;

    private static final String STEPS = """
            UNION ALL
            SELECT 1, kind, position, name, CASE WHEN timed_out THEN 'timed out' ELSE 'completed' END, NULL, started_at,
                ended_at, NULL, result
            FROM task_steps
            WHERE organization_id = :organization AND task_id = :id
            UNION ALL
            SELECT 1, kind, position, name, 'waiting', NULL, since, NULL, NULL, NULL
            FROM task_waits
            WHERE organization_id = :organization AND task_id = :id
            """;

    /// Results are read of the page alone, and only small ones.
    private static final String PAGE = """
            SELECT rank, kind, number, name, outcome, worker, started_at, ended_at, error,
                CASE WHEN pg_column_size(result) <= 2000 THEN result::text END AS result,
                pg_column_size(result) AS result_bytes
            FROM (
                SELECT *
                FROM (
                    SPANS) AS span
                WHERE true FILTERED
                ORDER BY started_at DIRECTION, rank DIRECTION, number DIRECTION
                LIMIT :limit) AS page
            ORDER BY started_at DIRECTION, rank DIRECTION, number DIRECTION
            """;

    private TaskTimeline() {}

    /// Where a page ended.
    public record After(Instant startedAt, int rank, long number) {
        public static After of(TaskSpan span) {
            return new After(span.startedAt(), span.kind().equals("attempt") ? 0 : 1, span.number());
        }
    }

    /// The spans that touch `[from, to)`, in the order of their starts.
    public static List<TaskSpan> page(
            OrganizationDatabase database,
            UUID id,
            Optional<Instant> from,
            Optional<Instant> to,
            Optional<After> after,
            int limit) {
        Filter filter = filter(database, id, limit)
                .and("(ended_at IS NULL OR ended_at >= :from)", "from", from)
                .and("started_at < :to", "to", to);
        after.ifPresent(end -> filter.and("(started_at, rank, number) > (:afterAt, :afterRank, :afterNumber)")
                .with("afterAt", end.startedAt())
                .with("afterRank", end.rank())
                .with("afterNumber", end.number()));
        String sql = PAGE.replace("SPANS", ATTEMPTS + STEPS).replace("DIRECTION", "ASC");
        return database.list(filter.into(sql), filter.parameters(), (row, context) -> span(row));
    }

    /// The attempts alone, the newest first.
    static List<TaskSpan> attempts(OrganizationDatabase database, UUID id, int limit) {
        Filter filter = filter(database, id, limit);
        String sql = PAGE.replace("SPANS", ATTEMPTS).replace("DIRECTION", "DESC");
        return database.list(filter.into(sql), filter.parameters(), (row, context) -> span(row));
    }

    private static Filter filter(OrganizationDatabase database, UUID id, int limit) {
        return new Filter()
                .with("organization", database.organization())
                .with("id", id)
                .with("limit", limit);
    }

    private static TaskSpan span(ResultSet row) throws SQLException {
        return new TaskSpan(
                row.getString("kind"),
                row.getLong("number"),
                row.getString("name"),
                row.getString("outcome"),
                row.getString("worker"),
                Columns.instant(row, "started_at"),
                Columns.nullableInstant(row, "ended_at"),
                row.getString("error"),
                row.getString("result"),
                row.getObject("result_bytes", Integer.class));
    }
}
