package dev.mainstay.telemetry;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Filter;
import dev.mainstay.postgres.OrganizationDatabase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Reads metrics, raw or rolled up. Stateless and thread-safe.
public final class MetricQueries {
    private static final String SERIES = """
            SELECT series_id, agent_id, name, labels::text AS labels, unit
            FROM metric_series
            WHERE organization_id = :organization FILTERED
            ORDER BY name, agent_id, series_id
            LIMIT :limit
            """;

    private MetricQueries() {}

    /// Series by name, then agent, then number, after the one a page ended with.
    ///
    /// @param name a name, or the beginning of names followed by `*`
    /// @param agent an agent, or empty text for what belongs to none
    public static List<SeriesRow> series(
            OrganizationDatabase database,
            Optional<String> name,
            Optional<String> agent,
            Optional<SeriesRow> after,
            int limit) {
        Filter filter = new Filter()
                .with("organization", database.organization())
                .with("limit", limit)
                .andWord("name", "name", name)
                .and("agent_id = :agent", "agent", agent);
        after.ifPresent(end -> filter.and("(name, agent_id, series_id) > (:afterName, :afterAgent, :afterId)")
                .with("afterName", end.name())
                .with("afterAgent", end.agent())
                .with("afterId", end.id()));
        return database.list(
                filter.into(SERIES),
                filter.parameters(),
                (row, context) -> new SeriesRow(
                        row.getLong("series_id"),
                        row.getString("agent_id"),
                        row.getString("name"),
                        row.getString("labels"),
                        row.getString("unit")));
    }

    private record Found(long series, Point point) {}

    /// The points of each series in `[from, to)`; a series without any is left out.
    public static Map<Long, List<Point>> points(
            OrganizationDatabase database, List<Long> series, Resolution resolution, Instant from, Instant to) {
        if (series.isEmpty()) {
            return Map.of();
        }
        Duration step = resolution.step(from, to);
        Map<String, Object> parameters = new HashMap<>(new Filter()
                .with("organization", database.organization())
                .with("series", series.toArray(Long[]::new))
                .with("from", from)
                .with("to", to)
                .parameters());
        if (!step.isZero()) {
            parameters.put("seconds", step.toSeconds());
        }
        String sql = resolution != Resolution.RAW ? rolledUp(resolution) : step.isZero() ? RAW : RAW_JOINED;
        return database
                .list(sql, parameters, (row, context) -> new Found(row.getLong("series_id"), point(row)))
                .stream()
                .collect(Collectors.groupingBy(Found::series, Collectors.mapping(Found::point, Collectors.toList())));
    }

    private static final String RAW = """
            SELECT series_id, at, value, NULL::double precision AS min, NULL::double precision AS max,
                NULL::bigint AS count
            FROM performance_metrics
            WHERE organization_id = :organization AND series_id = ANY(:series) AND at >= :from AND at < :to
            ORDER BY series_id, at
            """;

    private static final String RAW_JOINED = """
            SELECT series_id, date_bin(make_interval(secs => :seconds), at, 'epoch') AS at,
                avg(value) AS value, min(value) AS min, max(value) AS max, count(*) AS count
            FROM performance_metrics
            WHERE organization_id = :organization AND series_id = ANY(:series) AND at >= :from AND at < :to
            GROUP BY 1, 2
            ORDER BY 1, 2
            """;

    // The table comes from our own enum.
    private static String rolledUp(Resolution resolution) {
        return """
                SELECT series_id, date_bin(make_interval(secs => :seconds), bucket, 'epoch') AS at,
                    sum(sum) / sum(count) AS value, min(min) AS min, max(max) AS max, sum(count)::bigint AS count
                FROM %s
                WHERE organization_id = :organization AND series_id = ANY(:series) AND bucket >= :from AND bucket < :to
                GROUP BY 1, 2
                ORDER BY 1, 2
                """.formatted(resolution.table());
    }

    private static Point point(ResultSet row) throws SQLException {
        long count = row.getLong("count");
        return new Point(
                Columns.instant(row, "at"),
                row.getDouble("value"),
                Columns.nullableDouble(row, "min"),
                Columns.nullableDouble(row, "max"),
                row.wasNull() || count == 0 ? null : count);
    }
}
