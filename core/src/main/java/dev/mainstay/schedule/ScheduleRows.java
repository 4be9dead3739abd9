package dev.mainstay.schedule;

import static dev.mainstay.postgres.Columns.instant;
import static dev.mainstay.postgres.Columns.nullableInstant;
import static dev.mainstay.postgres.Columns.texts;
import static dev.mainstay.postgres.Columns.uuid;

import dev.mainstay.postgres.Jsonb;
import dev.mainstay.task.Priority;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Objects;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/// Between a schedule and its row. Stateless and thread-safe.
final class ScheduleRows {
    /// All of a schedule, in seconds where PostgreSQL has an interval.
    static final String COLUMNS = """
            schedule.organization_id, schedule.id, schedule.name, schedule.source, schedule.declared_by,
            schedule.undeclared,
            schedule.description, schedule.cron, schedule.zone, extract(epoch FROM schedule.every) AS every,
            schedule.once_at, schedule.starts_at, schedule.ends_at, schedule.missed, schedule.missed_limit,
            extract(epoch FROM schedule.missed_after) AS missed_after, schedule.overlap, schedule.task_type,
            schedule.task_queue, schedule.payload, schedule.priority, schedule.tags, schedule.max_attempts,
            extract(epoch FROM schedule.expires_after) AS expires_after, schedule.ordering_key, schedule.paused,
            schedule.pause_reason, schedule.next_at, schedule.version, schedule.created_at, schedule.updated_at
            """;

    private static final BigDecimal NANOS = BigDecimal.valueOf(1_000_000_000);

    private ScheduleRows() {}

    static Schedule map(ResultSet row, StatementContext context) throws SQLException {
        return read(row);
    }

    static Schedule read(ResultSet row) throws SQLException {
        return new Schedule(
                uuid(row, "organization_id"),
                uuid(row, "id"),
                plan(row),
                ScheduleSource.ofWord(row.getString("source")),
                row.getString("declared_by"),
                row.getBoolean("undeclared"),
                row.getBoolean("paused"),
                row.getString("pause_reason"),
                nullableInstant(row, "next_at"),
                row.getLong("version"),
                instant(row, "created_at"),
                instant(row, "updated_at"));
    }

    private static NewSchedule plan(ResultSet row) throws SQLException {
        return new NewSchedule(
                row.getString("name"),
                row.getString("description"),
                timing(row),
                nullableInstant(row, "starts_at"),
                nullableInstant(row, "ends_at"),
                template(row),
                MissedPolicy.ofWord(row.getString("missed")),
                row.getInt("missed_limit"),
                Objects.requireNonNull(duration(row, "missed_after")),
                OverlapPolicy.ofWord(row.getString("overlap")));
    }

    private static Timing timing(ResultSet row) throws SQLException {
        String cron = row.getString("cron");
        if (cron != null) {
            return Timing.cron(cron, ZoneId.of(row.getString("zone")));
        }
        Duration every = duration(row, "every");
        return every == null ? Timing.once(instant(row, "once_at")) : Timing.every(every);
    }

    private static TaskTemplate template(ResultSet row) throws SQLException {
        return new TaskTemplate(
                row.getString("task_type"),
                row.getString("task_queue"),
                Jsonb.node(row.getString("payload")),
                Priority.ofStored(row.getInt("priority")),
                texts(row, "tags"),
                row.getObject("max_attempts", Integer.class),
                duration(row, "expires_after"),
                row.getString("ordering_key"));
    }

    private static @Nullable Duration duration(ResultSet row, String column) throws SQLException {
        BigDecimal seconds = row.getBigDecimal(column);
        return seconds == null ? null : Duration.ofNanos(seconds.multiply(NANOS).longValueExact());
    }

    /// What a person or program said of a schedule, under the names of [ScheduleStore]'s statements.
    static <T extends SqlStatement<T>> T bind(T statement, NewSchedule plan) {
        return bindTask(bindTiming(statement, plan.timing()), plan.task())
                .bind("name", plan.name())
                .bind("description", plan.description())
                .bind("startsAt", moment(plan.startsAt()))
                .bind("endsAt", moment(plan.endsAt()))
                .bind("missed", plan.missed().word())
                .bind("missedLimit", plan.missedLimit())
                .bind("missedAfter", seconds(plan.missedAfter()))
                .bind("overlap", plan.overlap().word());
    }

    private static <T extends SqlStatement<T>> T bindTiming(T statement, Timing timing) {
        return statement
                .bind("cron", timing instanceof Crontab crontab ? crontab.expression() : null)
                .bind("zone", timing instanceof Crontab crontab ? crontab.zone().getId() : null)
                .bind("every", timing instanceof Timing.Every every ? seconds(every.interval()) : null)
                .bind("onceAt", timing instanceof Timing.Once once ? moment(once.at()) : null);
    }

    private static <T extends SqlStatement<T>> T bindTask(T statement, TaskTemplate task) {
        return statement
                .bind("type", task.type())
                .bind("queue", task.queue())
                .bind("payload", Jsonb.text(task.payload()))
                .bind("priority", task.priority().stored())
                .bindArray("tags", String.class, task.tags())
                .bind("attempts", task.attempts())
                .bind("expiresAfter", seconds(task.expiresAfter()))
                .bind("orderingKey", task.orderingKey());
    }

    private static @Nullable BigDecimal seconds(@Nullable Duration duration) {
        return duration == null
                ? null
                : BigDecimal.valueOf(duration.getSeconds()).add(BigDecimal.valueOf(duration.getNano(), 9));
    }

    static @Nullable OffsetDateTime moment(@Nullable Instant moment) {
        return moment == null ? null : moment.atOffset(ZoneOffset.UTC);
    }
}
