package dev.mainstay.telemetry;

import dev.mainstay.postgres.CopyRows;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.postgresql.PGConnection;

/// Appends points: by COPY straight into the partition of their day, by INSERT where that day has none.
/// Used by one thread.
final class MetricWriter {
    private static final String INSERT_SQL = """
            INSERT INTO performance_metrics (organization_id, series_id, at, value)
            SELECT organization_id, series_id, to_timestamp(micros / 1e6), value
            FROM unnest(:organizations, :series, :micros, :values)
                AS point (organization_id, series_id, micros, value)
            """;

    private final DayPartitions partitions = new DayPartitions("performance_metrics");

    void store(Handle handle, MetricBuffer metrics) {
        DayPartitions.byDay(metrics.size(), metrics::micros).forEach((day, points) -> {
            String partition = partitions.name(day);
            if (partitions.exists(handle, partition)) {
                copy(handle, partition, metrics, points);
            } else {
                insert(handle, metrics, points);
            }
        });
    }

    /// Forgets which partitions there are; one may have been dropped.
    void forget() {
        partitions.forget();
    }

    private static void copy(Handle handle, String partition, MetricBuffer metrics, int[] points) {
        CopyRows rows = new CopyRows(partition, "organization_id", "series_id", "at", "value");
        for (int i : points) {
            rows.row()
                    .uuid(metrics.series(i).key().organization())
                    .bigint(metrics.series(i).id())
                    .timestamptz(metrics.micros(i))
                    .float8(metrics.value(i));
        }
        try {
            rows.flushTo(handle.getConnection().unwrap(PGConnection.class));
        } catch (SQLException e) {
            throw new UnableToExecuteStatementException(e, null);
        }
    }

    private static void insert(Handle handle, MetricBuffer metrics, int[] points) {
        List<Integer> all = IntStream.of(points).boxed().toList();
        handle.createUpdate(INSERT_SQL)
                .bindArray(
                        "organizations",
                        UUID.class,
                        all.stream()
                                .map(i -> metrics.series(i).key().organization())
                                .toList())
                .bindArray(
                        "series",
                        Long.class,
                        all.stream().map(i -> metrics.series(i).id()).toList())
                .bindArray(
                        "micros", Long.class, all.stream().map(metrics::micros).toList())
                .bindArray(
                        "values", Double.class, all.stream().map(metrics::value).toList())
                .execute();
    }
}
