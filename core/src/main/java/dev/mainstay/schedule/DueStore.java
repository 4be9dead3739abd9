package dev.mainstay.schedule;

import static dev.mainstay.postgres.Columns.column;
import static dev.mainstay.postgres.Columns.instant;
import static dev.mainstay.postgres.Columns.uuid;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/// What of all organizations is due, as the engine, in the caller's transaction. Stateless and thread-safe.
final class DueStore {
    /// So many schedules share a transaction.
    private static final int BATCH = 50;

    /// So many of the newest missed moments are kept as rows; an event tells of all.
    private static final int KEPT = 100;

    private static final String LOCKED = """
            SELECT %s, clock_timestamp() AS looked_at
            FROM schedules schedule
            WHERE schedule.next_at <= clock_timestamp() AND schedule.id <> ALL (:passed)
            ORDER BY schedule.next_at
            LIMIT :batch
            FOR UPDATE SKIP LOCKED
            """.formatted(ScheduleRows.COLUMNS);

    private static final String UNTIL_NEXT = """
            SELECT extract(epoch FROM min(next_at) - clock_timestamp())::double precision
            FROM schedules
            WHERE next_at IS NOT NULL
            """;

    private static final String ADVANCE = """
            UPDATE schedules
            SET next_at = :next
            WHERE organization_id = :organization AND id = :schedule
            """;

    private static final String MISSED = """
            INSERT INTO schedule_fires (organization_id, schedule_id, planned_at, cause, outcome, is_open)
            SELECT :organization, :schedule, moment, 'planned', 'missed', false
            FROM unnest(:moments::timestamptz[]) AS moment
            ON CONFLICT DO NOTHING
            """;

    private static final String TELL_MISSED = """
            INSERT INTO system_events (organization_id, type, severity, cause, detail)
            VALUES (:organization, 'schedule.missed', 'warning', :cause, jsonb_build_object('schedule', :name::text,
                'missed', :missed::integer, 'policy', :policy::text, 'from', :from::text, 'to', :to::text))
            """;

    private static final String PAUSE = """
            WITH paused AS (
                UPDATE schedules
                SET paused = true, pause_reason = :reason, next_at = NULL, version = version + 1,
                    updated_at = clock_timestamp()
                WHERE organization_id = :organization AND id = :schedule
                RETURNING organization_id, name)
            INSERT INTO system_events (organization_id, type, severity, cause, detail)
            SELECT organization_id, 'schedule.paused', 'warning', :reason,
                jsonb_build_object('schedule', name, 'actor', 'scheduler')
            FROM paused
            """;

    private DueStore() {}

    /// A schedule whose moment has come.
    ///
    /// @param schedule null when its row cannot be read
    /// @param problem why not
    record Due(
            UUID organization,
            UUID id,
            Instant now,
            @Nullable Schedule schedule,
            String problem) {}

    /// What a transaction did.
    record Done(int schedules, int enqueued) {}

    /// Those that are due the longest, locked; without those that somebody else has locked. The transaction waits a
    /// tenth of a second at most for what else it needs.
    ///
    /// @param passed without those
    static List<Due> locked(Handle handle, Collection<UUID> passed) {
        handle.execute("SET LOCAL lock_timeout = '100ms'");
        return handle.createQuery(LOCKED)
                .bind("batch", BATCH)
                .bindArray("passed", UUID.class, List.copyOf(passed))
                .map(DueStore::due)
                .list();
    }

    private static Due due(ResultSet row, StatementContext context) throws SQLException {
        UUID organization = uuid(row, "organization_id");
        UUID id = uuid(row, "id");
        Instant now = instant(row, "looked_at");
        try {
            return new Due(organization, id, now, ScheduleRows.read(row), "");
        } catch (IllegalArgumentException | DateTimeException e) {
            return new Due(organization, id, now, null, String.valueOf(e.getMessage()));
        }
    }

    /// A zone this Java does not know must not keep the others from firing.
    static void pauseUnreadable(Handle handle, Due due) {
        handle.createUpdate(PAUSE)
                .bind("organization", due.organization())
                .bind("schedule", due.id())
                .bind("reason", "this node cannot read it: " + due.problem())
                .execute();
    }

    static void miss(Handle handle, Schedule schedule, DueMoments moments) {
        List<Instant> missed = moments.missed();
        if (missed.isEmpty()) {
            return;
        }
        List<Instant> kept = missed.subList(Math.max(0, missed.size() - KEPT), missed.size());
        handle.createUpdate(MISSED)
                .bind("organization", schedule.organization())
                .bind("schedule", schedule.id())
                .bindArray("moments", String.class, column(kept, Instant::toString))
                .execute();
        handle.createUpdate(TELL_MISSED)
                .bind("organization", schedule.organization())
                .bind("cause", "nobody fired in time")
                .bind("name", schedule.name())
                .bind("missed", missed.size())
                .bind("policy", schedule.plan().missed().word())
                .bind("from", missed.getFirst().toString())
                .bind("to", missed.getLast().toString())
                .execute();
    }

    static void advance(Handle handle, Schedule schedule, @Nullable Instant next) {
        handle.createUpdate(ADVANCE)
                .bind("organization", schedule.organization())
                .bind("schedule", schedule.id())
                .bind("next", ScheduleRows.moment(next))
                .execute();
    }

    /// How long until something is due; empty when nothing will be.
    static Optional<Duration> untilNext(Handle handle) {
        return handle.createQuery(UNTIL_NEXT)
                .mapTo(Double.class)
                .findOne()
                .map(seconds -> Duration.ofNanos((long) (seconds * 1e9)));
    }
}
