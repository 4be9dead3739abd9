package dev.mainstay.telemetry;

import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.postgres.Jsonb;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;

/// Stores metrics in the caller's own transaction: for those computed from stored rows, which must not be told before
/// what they belong to, nor without it. All others go through [Telemetry]. Stateless and thread-safe.
public final class MetricStore {
    private static final String GIVEN = """
            unnest(:organizations, :agents, :names, :labels, :units, :micros, :values)
                AS given (organization_id, agent_id, name, labels, unit, micros, value)
            """;

    private MetricStore() {}

    public static void store(Handle handle, List<Metric> metrics) {
        if (metrics.isEmpty()) {
            return;
        }
        bind(handle.createUpdate("""
                INSERT INTO metric_series (organization_id, agent_id, name, labels, unit)
                SELECT DISTINCT organization_id, agent_id, name, labels::jsonb, unit
                FROM %s
                WHERE NOT EXISTS (
                    SELECT FROM metric_series series
                    WHERE series.organization_id = given.organization_id
                        AND series.agent_id = given.agent_id
                        AND series.name = given.name
                        AND series.labels = given.labels::jsonb)
                ORDER BY 1, 2, 3, 4
                ON CONFLICT (organization_id, agent_id, name, labels) DO NOTHING
                """.formatted(GIVEN)), metrics).execute();
        bind(handle.createUpdate("""
                INSERT INTO performance_metrics (organization_id, series_id, at, value)
                SELECT series.organization_id, series.series_id, to_timestamp(given.micros / 1e6), given.value
                FROM %s
                JOIN metric_series series
                    ON series.organization_id = given.organization_id
                    AND series.agent_id = given.agent_id
                    AND series.name = given.name
                    AND series.labels = given.labels::jsonb
                """.formatted(GIVEN)), metrics).execute();
        RollupMarks.mark(
                handle, metrics.size(), i -> Telemetry.micros(metrics.get(i).at()));
    }

    private static <T extends SqlStatement<T>> T bind(T statement, List<Metric> metrics) {
        return statement
                .bindArray("organizations", UUID.class, column(metrics, Metric::organization))
                .bindArray("agents", String.class, column(metrics, Metric::agent))
                .bindArray("names", String.class, column(metrics, Metric::name))
                .bindArray("labels", String.class, column(metrics, metric -> Jsonb.text(metric.labels())))
                .bindArray("units", String.class, column(metrics, Metric::unit))
                .bindArray("micros", Long.class, column(metrics, metric -> Telemetry.micros(metric.at())))
                .bindArray("values", Double.class, column(metrics, Metric::value));
    }
}
