package dev.mainstay.schedule;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.postgres.Jsonb;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The rows of one organization's schedules, in the caller's transaction. Immutable and thread-safe.
final class ScheduleStore {
    private static final String FIND = """
            SELECT %s
            FROM schedules schedule
            WHERE schedule.organization_id = :organization AND schedule.name = :name
            """.formatted(ScheduleRows.COLUMNS);

    private static final String INSERT = """
            INSERT INTO schedules AS schedule (organization_id, name, source, declared_by, description, cron, zone,
                every, once_at, starts_at, ends_at, missed, missed_limit, missed_after, overlap, task_type, task_queue,
                payload, priority, tags, max_attempts, expires_after, ordering_key, next_at)
            VALUES (:organization, :name, :source, :declaredBy, :description, :cron, :zone,
                make_interval(secs => :every::double precision), :onceAt, :startsAt, :endsAt, :missed, :missedLimit,
                make_interval(secs => :missedAfter::double precision), :overlap, :type, :queue, :payload::jsonb,
                :priority, :tags, :attempts, make_interval(secs => :expiresAfter::double precision), :orderingKey, :nextAt)
            ON CONFLICT (organization_id, name) DO NOTHING
            RETURNING %s
            """.formatted(ScheduleRows.COLUMNS);

    private static final String UPDATE = """
            UPDATE schedules schedule
            SET source = :source, declared_by = :declaredBy, undeclared = false, description = :description,
                cron = :cron, zone = :zone, every = make_interval(secs => :every::double precision), once_at = :onceAt,
                starts_at = :startsAt, ends_at = :endsAt, missed = :missed, missed_limit = :missedLimit,
                missed_after = make_interval(secs => :missedAfter::double precision), overlap = :overlap,
                task_type = :type, task_queue = :queue, payload = :payload::jsonb, priority = :priority, tags = :tags,
                max_attempts = :attempts, expires_after = make_interval(secs => :expiresAfter::double precision),
                ordering_key = :orderingKey, next_at = CASE WHEN NOT paused THEN :nextAt::timestamptz END,
                version = version + 1, updated_at = clock_timestamp()
            WHERE schedule.organization_id = :organization AND schedule.name = :name
            RETURNING %s
            """.formatted(ScheduleRows.COLUMNS);

    private static final String PAUSE = """
            UPDATE schedules schedule
            SET paused = :reason::text IS NOT NULL, pause_reason = :reason, next_at = :nextAt, version = version + 1,
                updated_at = clock_timestamp()
            WHERE schedule.organization_id = :organization AND schedule.name = :name
            RETURNING %s
            """.formatted(ScheduleRows.COLUMNS);

    private static final String TELL = """
            INSERT INTO system_events (organization_id, type, severity, cause, detail)
            VALUES (:organization, :type, 'info', :cause, :detail::jsonb)
            """;

    private final UUID organization;

    ScheduleStore(UUID organization) {
        this.organization = organization;
    }

    static boolean isAlive(Handle handle, @Nullable String node) {
        return handle.createQuery("""
                        SELECT EXISTS (
                            SELECT FROM node_sessions
                            WHERE node_id = :node AND ended_at IS NULL AND expires_at > clock_timestamp())
                        """).bind("node", node).mapTo(Boolean.class).one();
    }

    static Instant now(Handle handle) {
        return handle.createQuery("SELECT clock_timestamp()")
                .mapTo(OffsetDateTime.class)
                .one()
                .toInstant();
    }

    Optional<Schedule> find(Handle handle, String name) {
        return handle.createQuery(FIND)
                .bind("organization", organization)
                .bind("name", name)
                .map(ScheduleRows::map)
                .findOne();
    }

    /// The schedule, which nobody else changes or fires until the transaction ends.
    Optional<Schedule> locked(Handle handle, String name) {
        return handle.createQuery(FIND + "FOR UPDATE")
                .bind("organization", organization)
                .bind("name", name)
                .map(ScheduleRows::map)
                .findOne();
    }

    Schedule known(Handle handle, String name) {
        return locked(handle, name).orElseThrow(() -> unknown(name));
    }

    static MainstayException unknown(String name) {
        return new MainstayException(ErrorCode.SCHEDULE_UNKNOWN, "there is no schedule \"" + name + "\"");
    }

    /// Empty when one of its name is there.
    Optional<Schedule> insert(
            Handle handle,
            NewSchedule plan,
            ScheduleSource source,
            @Nullable String declaredBy,
            @Nullable Instant next) {
        return written(handle, INSERT, plan, source, declaredBy, next);
    }

    /// It stays paused when it is.
    Schedule update(
            Handle handle,
            NewSchedule plan,
            ScheduleSource source,
            @Nullable String declaredBy,
            @Nullable Instant next) {
        return written(handle, UPDATE, plan, source, declaredBy, next).orElseThrow(() -> unknown(plan.name()));
    }

    private Optional<Schedule> written(
            Handle handle,
            String sql,
            NewSchedule plan,
            ScheduleSource source,
            @Nullable String declaredBy,
            @Nullable Instant next) {
        return ScheduleRows.bind(handle.createQuery(sql), plan)
                .bind("organization", organization)
                .bind("source", source.word())
                .bind("declaredBy", declaredBy)
                .bind("nextAt", ScheduleRows.moment(next))
                .map(ScheduleRows::map)
                .findOne();
    }

    /// @param reason null to resume
    Schedule pause(Handle handle, String name, @Nullable String reason, @Nullable Instant next) {
        return handle.createQuery(PAUSE)
                .bind("organization", organization)
                .bind("name", name)
                .bind("reason", reason)
                .bind("nextAt", ScheduleRows.moment(next))
                .map(ScheduleRows::map)
                .one();
    }

    void delete(Handle handle, String name) {
        handle.createUpdate("DELETE FROM schedules WHERE organization_id = :organization AND name = :name")
                .bind("organization", organization)
                .bind("name", name)
                .execute();
    }

    void tell(Handle handle, String type, String cause, Map<String, ?> detail) {
        handle.createUpdate(TELL)
                .bind("organization", organization)
                .bind("type", type)
                .bind("cause", cause)
                .bind("detail", Jsonb.text(detail))
                .execute();
    }
}
