package dev.mainstay.task;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.OrganizationDatabase;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Reads all there is about one task. Stateless and thread-safe.
public final class TaskQueries {
    private static final int MOST_ATTEMPTS = 20;

    private static final String DETAIL = "SELECT " + TaskRows.COLUMNS + """
            , task.error AS whole_error, task.payload::text AS payload, task.result::text AS result,
            task.crashes, task.actor, task.expires_at, task.cancel_reason, task.needed_ids,
            claim.worker AS lease_worker, claim.session_id AS lease_session, claim.claimed_at AS lease_since,
            claim.expires_at AS lease_expires_at,
            wait.kind AS wait_kind, wait.name AS wait_name, wait.position AS wait_position,
            wait.remaining AS wait_remaining, wait.since AS wait_since, wait.deadline_at AS wait_deadline,
            ARRAY(SELECT needing.task_id FROM task_needs needing
                WHERE needing.organization_id = :organization AND needing.needed_id = task.id LIMIT 100) AS needed_by,
            ARRAY(SELECT CASE sent.kind WHEN 'approval' THEN 'approval ' || sent.name ELSE sent.name END
                FROM task_signals sent
                WHERE sent.organization_id = :organization AND sent.task_id = task.id
                ORDER BY sent.seq LIMIT 100) AS signals,
            (SELECT max(step.position) + 1 FROM task_steps step
                WHERE step.organization_id = :organization AND step.task_id = task.id) AS steps,
            letter.reason AS dead_reason, letter.died_at
            """ + TaskRows.STANDING + """
            LEFT JOIN dead_letters letter
                ON letter.organization_id = task.organization_id AND letter.task_id = task.id
            WHERE task.organization_id = :organization AND task.id = :id
            """;

    private static final String CHILDREN = """
            SELECT state, count(*) AS children
            FROM tasks
            WHERE organization_id = :organization AND parent_id = :id
            GROUP BY state
            ORDER BY state
            """;

    private TaskQueries() {}

    public static Optional<TaskDetail> find(OrganizationDatabase database, UUID id) {
        Map<String, Object> parameters = Map.of("organization", database.organization(), "id", id);
        return database.find(DETAIL, parameters, (row, context) -> detail(row))
                .map(detail -> detail.with(children(database, parameters), history(database, id)));
    }

    /// Whether there is such a task.
    public static boolean exists(OrganizationDatabase database, UUID id) {
        return database.find(
                        "SELECT id FROM tasks WHERE organization_id = :organization AND id = :id",
                        Map.of("organization", database.organization(), "id", id),
                        (row, context) -> true)
                .isPresent();
    }

    /// Whether the task was enqueued with this payload.
    public static boolean hasPayload(OrganizationDatabase database, UUID id, Object payload) {
        return database.find(
                        "SELECT payload = :payload::jsonb AS same FROM tasks"
                                + " WHERE organization_id = :organization AND id = :id",
                        Map.of(
                                "organization",
                                database.organization(),
                                "id",
                                id,
                                "payload",
                                Payload.text("payload", payload)),
                        (row, context) -> row.getBoolean("same"))
                .orElse(false);
    }

    private record Count(String state, long children) {}

    private static Map<String, Long> children(OrganizationDatabase database, Map<String, Object> parameters) {
        Map<String, Long> counts = new LinkedHashMap<>();
        database.list(
                        CHILDREN,
                        parameters,
                        (row, context) -> new Count(row.getString("state"), row.getLong("children")))
                .forEach(count -> counts.put(count.state(), count.children()));
        return counts;
    }

    private static List<TaskSpan> history(OrganizationDatabase database, UUID id) {
        return TaskTimeline.attempts(database, id, MOST_ATTEMPTS);
    }

    private static TaskDetail detail(ResultSet row) throws SQLException {
        return new TaskDetail(
                TaskRows.view(row).withError(row.getString("whole_error")),
                row.getString("payload"),
                row.getString("result"),
                row.getInt("crashes"),
                row.getString("actor"),
                Columns.nullableInstant(row, "expires_at"),
                row.getString("cancel_reason"),
                lease(row),
                waiting(row),
                ids(row, "needed_ids"),
                ids(row, "needed_by"),
                Columns.texts(row, "signals"),
                Map.of(),
                List.of(),
                row.getInt("steps"),
                deadLetter(row));
    }

    private static TaskDetail.@Nullable Lease lease(ResultSet row) throws SQLException {
        String worker = row.getString("lease_worker");
        return worker == null || !TaskPlace.RUNNING.word().equals(row.getString("place"))
                ? null
                : new TaskDetail.Lease(
                        worker,
                        row.getObject("lease_session", UUID.class),
                        Columns.instant(row, "lease_since"),
                        Columns.nullableInstant(row, "lease_expires_at"));
    }

    private static TaskDetail.@Nullable Wait waiting(ResultSet row) throws SQLException {
        String kind = row.getString("wait_kind");
        return kind == null
                ? null
                : new TaskDetail.Wait(
                        kind,
                        row.getString("wait_name"),
                        row.getInt("wait_position"),
                        row.getObject("wait_remaining", Integer.class),
                        Columns.instant(row, "wait_since"),
                        Columns.nullableInstant(row, "wait_deadline"));
    }

    private static TaskDetail.@Nullable DeadLetter deadLetter(ResultSet row) throws SQLException {
        Instant diedAt = Columns.nullableInstant(row, "died_at");
        return diedAt == null ? null : new TaskDetail.DeadLetter(row.getString("dead_reason"), diedAt);
    }

    private static List<UUID> ids(ResultSet row, String column) throws SQLException {
        Array array = row.getArray(column);
        return array == null ? List.of() : List.of((UUID[]) array.getArray());
    }
}
