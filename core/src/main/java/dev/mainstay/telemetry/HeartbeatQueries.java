package dev.mainstay.telemetry;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Filter;
import dev.mainstay.postgres.OrganizationDatabase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads the history of heartbeats. Stateless and thread-safe.
public final class HeartbeatQueries {
    /// A look into the index for each stored minute, the newest first, until enough is found.
    private static final String HEARTBEATS = """
            WITH stored AS MATERIALIZED (
                SELECT min(minute) AS oldest, max(minute) AS newest
                FROM agent_heartbeats
                WHERE organization_id = :organization),
            minutes AS MATERIALIZED (
                SELECT minute
                FROM stored, generate_series(
                    least(date_bin('1 minute', CAST(:to AS timestamptz), '2000-01-01Z'), newest),
                    greatest(date_bin('1 minute', CAST(:from AS timestamptz), '2000-01-01Z'), oldest),
                    interval '-1 minute') AS minute
                ORDER BY minute DESC)
            SELECT beat.*
            FROM minutes
            CROSS JOIN LATERAL (
                SELECT at, fence, sequence, phase, ticks, failures, items, busy_ms, max_ms, late_ms, abandoned
                FROM agent_heartbeats
                WHERE organization_id = :organization
                    AND agent_id = :agent
                    AND minute = minutes.minute
                    AND at >= minutes.minute AND at < minutes.minute + interval '1 minute'
                    AND at >= :from AND at < :to FILTERED
                ORDER BY at DESC, fence DESC, sequence DESC
                LIMIT :limit) AS beat
            ORDER BY minutes.minute DESC, beat.at DESC, beat.fence DESC, beat.sequence DESC
            LIMIT :limit
            """;

    private HeartbeatQueries() {}

    /// Where a page ended; the fence and the sequence tell heartbeats of one moment apart.
    public record After(Instant at, long fence, long sequence) {}

    /// The heartbeats of one agent, the newest first.
    public static List<HeartbeatRow> page(
            OrganizationDatabase database, String agent, Instant from, Instant to, Optional<After> after, int limit) {
        // No look into minutes that earlier pages have told.
        Instant until = after.map(end -> end.at().plus(1, ChronoUnit.MICROS))
                .filter(end -> end.isBefore(to))
                .orElse(to);
        Filter filter = new Filter()
                .with("organization", database.organization())
                .with("agent", agent)
                .with("from", from)
                .with("to", until)
                .with("limit", limit);
        after.ifPresent(end -> filter.and("(at, fence, sequence) < (:afterAt, :afterFence, :afterSequence)")
                .with("afterAt", end.at())
                .with("afterFence", end.fence())
                .with("afterSequence", end.sequence()));
        return database.list(filter.into(HEARTBEATS), filter.parameters(), (row, context) -> heartbeat(row));
    }

    private static HeartbeatRow heartbeat(ResultSet row) throws SQLException {
        return new HeartbeatRow(
                Columns.instant(row, "at"),
                row.getLong("fence"),
                row.getLong("sequence"),
                row.getString("phase"),
                row.getInt("ticks"),
                row.getInt("failures"),
                row.getLong("items"),
                row.getDouble("busy_ms"),
                row.getDouble("max_ms"),
                row.getDouble("late_ms"),
                row.getInt("abandoned"));
    }

    /// One heartbeat of any agent, as far as a strip of bars needs it.
    public record Beat(String agent, Instant at, int ticks, int failures, double busyMs) {}

    /// The heartbeats of all agents stored for `[from, to)`, in the order of time.
    public static List<Beat> between(OrganizationDatabase database, Instant from, Instant to) {
        return database.list("""
                SELECT agent_id, at, ticks, failures, busy_ms
                FROM agent_heartbeats
                WHERE organization_id = :organization AND at >= :from AND at < :to
                ORDER BY at
                """, window(database, from, to), (row, context) -> beat(row));
    }

    /// The same, summed up a minute; `at` is the begin of the minute.
    public static List<Beat> minutes(OrganizationDatabase database, Instant from, Instant to) {
        return database.list("""
                SELECT agent_id, date_trunc('minute', at) AS at, sum(ticks) AS ticks, sum(failures) AS failures,
                    sum(busy_ms) AS busy_ms
                FROM agent_heartbeats
                WHERE organization_id = :organization AND at >= :from AND at < :to
                GROUP BY agent_id, date_trunc('minute', at)
                """, window(database, from, to), (row, context) -> beat(row));
    }

    private static Map<String, Object> window(OrganizationDatabase database, Instant from, Instant to) {
        return new Filter()
                .with("organization", database.organization())
                .with("from", from)
                .with("to", to)
                .parameters();
    }

    private static Beat beat(ResultSet row) throws SQLException {
        return new Beat(
                row.getString("agent_id"),
                Columns.instant(row, "at"),
                row.getInt("ticks"),
                row.getInt("failures"),
                row.getDouble("busy_ms"));
    }
}
