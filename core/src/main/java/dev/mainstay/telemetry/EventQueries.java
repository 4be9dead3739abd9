package dev.mainstay.telemetry;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Filter;
import dev.mainstay.postgres.OrganizationDatabase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads events. Stateless and thread-safe.
public final class EventQueries {
    private static final String ABOVE = """
            SELECT id, at, type, severity, agent_id, node_id, cause, detail::text AS detail
            FROM system_events event
            WHERE organization_id = :organization AND id > :id AND at > now() - interval '1 day'
                AND NOT EXISTS (SELECT FROM unnest(:known::bigint[]) AS known (id) WHERE known.id = event.id)
            ORDER BY id
            LIMIT :limit
            """;

    private static final String LATEST = """
            SELECT id, at, type, severity, agent_id, node_id, cause, detail::text AS detail
            FROM system_events
            WHERE organization_id = :organization AND at > now() - make_interval(secs => :seconds)
            ORDER BY id DESC
            LIMIT :limit
            """;

    private static final String EVENTS = """
            SELECT id, at, type, severity, agent_id, node_id, cause, detail::text AS detail
            FROM system_events
            WHERE organization_id = :organization AND at >= :from AND at < :to FILTERED
            ORDER BY at DESC, id DESC
            LIMIT :limit
            """;

    private EventQueries() {}

    /// Where a page ended.
    public record After(Instant at, long id) {}

    /// What to look for.
    ///
    /// @param type a type, or the beginning of types followed by `*`
    /// @param severity this one and those above it
    public record Wanted(
            Optional<String> type,
            Optional<Severity> severity,
            Optional<String> agent,
            Optional<String> node,
            Instant from,
            Instant to) {}

    /// The newest first.
    public static List<EventRow> page(OrganizationDatabase database, Wanted wanted, Optional<After> after, int limit) {
        Filter filter = new Filter()
                .with("organization", database.organization())
                .with("limit", limit)
                .with("from", wanted.from())
                .with("to", wanted.to())
                .andWord("type", "type", wanted.type())
                .and(
                        "severity = ANY(:severities)",
                        "severities",
                        wanted.severity().map(EventQueries::from))
                .and("agent_id = :agent", "agent", wanted.agent())
                .and("node_id = :node", "node", wanted.node());
        after.ifPresent(end -> filter.and("(at, id) < (:afterAt, :afterId)", "afterAt", end.at())
                .with("afterId", end.id()));
        return database.list(filter.into(EVENTS), filter.parameters(), (row, context) -> event(row));
    }

    private static String[] from(Severity lowest) {
        return Arrays.stream(Severity.values())
                .filter(severity -> severity.compareTo(lowest) >= 0)
                .map(Severity::word)
                .toArray(String[]::new);
    }

    /// The newest events of the last `window`, the oldest of them first.
    public static List<EventRow> latest(OrganizationDatabase database, Duration window, int limit) {
        return database.list(
                        LATEST,
                        new Filter()
                                .with("organization", database.organization())
                                .with("seconds", window.toSeconds())
                                .with("limit", limit)
                                .parameters(),
                        (row, context) -> event(row))
                .reversed();
    }

    /// The highest number of the last day, or 0.
    public static long highest(OrganizationDatabase database) {
        return database.list("""
                SELECT coalesce(max(id), 0) AS id
                FROM system_events
                WHERE organization_id = :organization AND at > now() - interval '1 day'
                """, Map.of("organization", database.organization()), (row, context) -> row.getLong("id"))
                .getFirst();
    }

    /// The events with a number above `id` that is not among the known ones, in the order of their numbers and
    /// whatever their times: an event may be stored late. Only what is at most a day old is looked at, so that old
    /// partitions are not.
    public static List<EventRow> above(OrganizationDatabase database, long id, Collection<Long> known, int limit) {
        return database.list(
                ABOVE,
                Map.of(
                        "organization",
                        database.organization(),
                        "id",
                        id,
                        "known",
                        known.toArray(Long[]::new),
                        "limit",
                        limit),
                (row, context) -> event(row));
    }

    private static EventRow event(ResultSet row) throws SQLException {
        return new EventRow(
                row.getLong("id"),
                Columns.instant(row, "at"),
                row.getString("type"),
                row.getString("severity"),
                row.getString("agent_id"),
                row.getString("node_id"),
                row.getString("cause"),
                row.getString("detail"));
    }
}
