package dev.mainstay.task;

import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Database;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/// Keeps what tasks have done and what they wait for; each write is guarded by lease and fence. Thread-safe.
final class StepStore {
    private static final String READ = """
            SELECT position, name, kind, timed_out, result::text AS result
            FROM task_steps
            WHERE organization_id = :organization AND task_id = :task
            ORDER BY position
            """;

    /// What this attempt has stored already, by a commit whose answer was lost, counts as stored.
    private static final String WRITE = """
            WITH alive AS MATERIALIZED (
                SELECT session_id
                FROM node_sessions
                WHERE session_id = :session AND ended_at IS NULL AND expires_at > clock_timestamp()),
            held AS MATERIALIZED (
                SELECT claim.organization_id, claim.lease_token
                FROM alive
                CROSS JOIN unnest(:claimOrganizations, :claimTokens) AS held (organization_id, lease_token)
                JOIN task_claims claim ON claim.organization_id = held.organization_id
                    AND claim.lease_token = held.lease_token AND claim.session_id = alive.session_id
                FOR KEY SHARE OF claim)
            INSERT INTO task_steps (organization_id, task_id, position, name, kind, fence, started_at, result)
            SELECT step.organization_id, step.task_id, step.position, step.name, step.kind, step.fence,
                to_timestamp(step.started / 1e6), step.result::jsonb
            FROM unnest(:organizations, :tokens, :tasks, :fences, :positions, :names, :kinds, :starts, :results)
                AS step (organization_id, lease_token, task_id, fence, position, name, kind, started, result)
            JOIN held USING (organization_id, lease_token)
            JOIN tasks task ON task.organization_id = step.organization_id AND task.id = step.task_id
                AND task.state = 'open' AND task.fence = step.fence - 1
            ON CONFLICT (organization_id, task_id, position) DO UPDATE
            SET ended_at = task_steps.ended_at
            WHERE task_steps.fence = excluded.fence
            RETURNING task_id, position
            """;

    private static final String AWAIT = """
            SELECT outcome, came::text
            FROM task_await(:organization, :token, :task, :fence, :position, :kind, :name, :children, :enough,
                make_interval(secs => :patience::double precision), :started)
            """;

    /// What task_await says when the attempt's lease was lost.
    private static final String LOST = "MS011";

    private final Database database;

    StepStore(Database database) {
        this.database = database;
    }

    List<StoredStep> read(ClaimedTask task) {
        return database.read(handle -> handle.createQuery(READ)
                .bind("organization", task.organization())
                .bind("task", task.id())
                .map((row, context) -> StoredStep.of(row))
                .list());
    }

    private record Stored(UUID task, int position) {}

    /// The writes that were accepted.
    Set<StepWrite> write(UUID session, List<StepWrite> writes) {
        List<Claim> claims =
                writes.stream().map(write -> write.task().claim()).distinct().toList();
        Set<Stored> stored = new HashSet<>(database.write(handle -> handle.createQuery(WRITE)
                .bind("session", session)
                .bindArray("claimOrganizations", UUID.class, column(claims, Claim::organization))
                .bindArray("claimTokens", UUID.class, column(claims, Claim::token))
                .bindArray(
                        "organizations",
                        UUID.class,
                        column(writes, write -> write.task().organization()))
                .bindArray(
                        "tokens",
                        UUID.class,
                        column(writes, write -> write.task().claim().token()))
                .bindArray(
                        "tasks",
                        UUID.class,
                        column(writes, write -> write.task().id()))
                .bindArray(
                        "fences",
                        Long.class,
                        column(writes, write -> write.task().fence()))
                .bindArray("positions", Integer.class, column(writes, StepWrite::position))
                .bindArray("names", String.class, column(writes, StepWrite::name))
                .bindArray("kinds", String.class, column(writes, StepWrite::kind))
                .bindArray(
                        "starts",
                        Long.class,
                        column(writes, write -> ChronoUnit.MICROS.between(Instant.EPOCH, write.startedAt())))
                .bindArray("results", String.class, column(writes, StepWrite::result))
                .map((row, context) -> new Stored(Columns.uuid(row, "task_id"), row.getInt("position")))
                .list()));
        Set<StepWrite> accepted = new HashSet<>(writes);
        accepted.removeIf(write -> !stored.contains(new Stored(write.task().id(), write.position())));
        return accepted;
    }

    /// What a wait came to.
    ///
    /// @param isThere false when the attempt has ended and the task waits
    /// @param came what was waited for, as JSON
    record Awaited(boolean isThere, @Nullable String came) {}

    /// What a task waits for.
    ///
    /// @param children whose ends it waits for, `enough` of them; empty for a signal
    /// @param atMost null to wait as long as it takes
    record Wait(
            String kind,
            String name,
            List<UUID> children,
            int enough,
            @Nullable Duration atMost) {}

    /// Throws with `TASK_LINK` for what could only be waited for for ever.
    Awaited await(ClaimedTask task, int position, Wait wait, Instant startedAt) {
        try {
            Awaited awaited = TaskLink.checked(() -> database.write(handle -> handle.createQuery(AWAIT)
                    .bind("organization", task.organization())
                    .bind("token", task.claim().token())
                    .bind("task", task.id())
                    .bind("fence", task.fence())
                    .bind("position", position)
                    .bind("kind", wait.kind())
                    .bind("name", wait.name())
                    .bindArray("children", UUID.class, wait.children())
                    .bind("enough", wait.enough())
                    .bind("patience", wait.atMost() == null ? null : Columns.seconds(wait.atMost()))
                    .bind("started", startedAt.atOffset(ZoneOffset.UTC))
                    .map((row, context) -> row.getString(1).equals("lost")
                            ? null
                            : new Awaited(row.getString(1).equals("there"), row.getString(2)))
                    .one()));
            if (awaited != null) {
                return awaited;
            }
        } catch (JdbiException e) {
            if (!isLost(e)) {
                throw e;
            }
        }
        throw lost(task);
    }

    /// Whether task_await found that the lease was lost.
    static boolean isLost(JdbiException failure) {
        return failure.getCause() instanceof SQLException sql && LOST.equals(sql.getSQLState());
    }

    static MainstayException lost(ClaimedTask task) {
        return new MainstayException(
                ErrorCode.LEASE_LOST, "task " + task.id() + " is no longer held by this attempt; nothing was changed");
    }
}
