package dev.mainstay.schedule;

import static dev.mainstay.postgres.Columns.column;
import static dev.mainstay.postgres.Columns.instant;
import static dev.mainstay.postgres.Columns.uuid;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Fires moments of schedules, by the SQL function `schedule_fire`, in the caller's transaction. Stateless and
/// thread-safe.
final class FireStore {
    static final String COLUMNS = """
            fire.planned_at, fire.fired_at, fire.cause, fire.outcome, fire.task_id, fire.actor,
            (SELECT task.state FROM tasks task
             WHERE task.organization_id = fire.organization_id AND task.id = fire.task_id) AS task_state
            """;

    /// So many moments share a statement, which a timeout bounds.
    private static final int TOGETHER = 500;

    private static final String FIRE = """
            SELECT done.fire_outcome, done.fired_task
            FROM unnest(:moments::timestamptz[]) WITH ORDINALITY AS moment (planned_at, place)
            CROSS JOIN LATERAL schedule_fire(
                :organization, :schedule, moment.planned_at, :cause, :actor, :overlap) AS done
            ORDER BY moment.place
            """;

    private static final String COUNT = """
            SELECT count(*)
            FROM schedule_fires
            WHERE organization_id = :organization AND schedule_id = :schedule AND task_id IS NOT NULL
                AND planned_at = ANY (:moments::timestamptz[])
            """;

    private FireStore() {}

    /// What firing one moment came to.
    record Fired(FireOutcome outcome, @Nullable UUID task) {}

    /// Each moment's, in their order.
    static List<Fired> fire(
            Handle handle,
            Schedule schedule,
            List<Instant> moments,
            FireCause cause,
            @Nullable String actor,
            @Nullable OverlapPolicy overlap) {
        List<Fired> fired = new ArrayList<>(moments.size());
        for (int from = 0; from < moments.size(); from += TOGETHER) {
            List<Instant> some = moments.subList(from, Math.min(from + TOGETHER, moments.size()));
            fired.addAll(fireSome(handle, schedule, some, cause, actor, overlap));
        }
        return fired;
    }

    private static List<Fired> fireSome(
            Handle handle,
            Schedule schedule,
            List<Instant> moments,
            FireCause cause,
            @Nullable String actor,
            @Nullable OverlapPolicy overlap) {
        return handle.createQuery(FIRE)
                .bind("organization", schedule.organization())
                .bind("schedule", schedule.id())
                .bindArray("moments", String.class, column(moments, Instant::toString))
                .bind("cause", cause.word())
                .bind("actor", actor)
                .bind("overlap", overlap == null ? null : overlap.word())
                .map((row, context) -> new Fired(FireOutcome.ofWord(row.getString(1)), row.getObject(2, UUID.class)))
                .list();
    }

    /// How many of the moments have had their task.
    static int count(Handle handle, Schedule schedule, List<Instant> moments) {
        return handle.createQuery(COUNT)
                .bind("organization", schedule.organization())
                .bind("schedule", schedule.id())
                .bindArray("moments", String.class, column(moments, Instant::toString))
                .mapTo(Integer.class)
                .one();
    }

    /// Some of those decided longer ago than `kept`; how many.
    static long forget(Handle handle, Duration kept) {
        return handle.createQuery("SELECT schedule_fires_forget(clock_timestamp() - make_interval(secs => :kept))")
                .bind("kept", (double) kept.toSeconds())
                .mapTo(Long.class)
                .one();
    }

    static Fire map(ResultSet row) throws SQLException {
        return new Fire(
                instant(row, "planned_at"),
                instant(row, "fired_at"),
                FireCause.valueOf(row.getString("cause").toUpperCase(Locale.ROOT)),
                FireOutcome.ofWord(row.getString("outcome")),
                uuid(row, "task_id"),
                row.getString("task_state"),
                row.getString("actor"));
    }
}
