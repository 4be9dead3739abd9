package dev.mainstay.telemetry;

import dev.mainstay.postgres.CopyRows;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.postgresql.PGConnection;

/// Appends points: by COPY straight into the partition of their day, by INSERT where that day has none. Used by one
/// thread.
final class MetricWriter {
    private static final String INSERT_SQL = """
            INSERT INTO performance_metrics (organization_id, series_id, at, value)
            SELECT organization_id, series_id, to_timestamp(micros / 1e6), value
            FROM unnest(:organizations, :series, :micros, :values)
                AS point (organization_id, series_id, micros, value)
            """;

    private static final long MICROS_PER_DAY = 86_400_000_000L;
    private static final DateTimeFormatter DAY = DateTimeFormatter.BASIC_ISO_DATE;

    private final Set<String> partitions = new HashSet<>();

    void store(Handle handle, MetricBuffer metrics) {
        Map<Long, int[]> byDay = byDay(metrics);
        for (Map.Entry<Long, int[]> day : byDay.entrySet()) {
            String partition =
                    "performance_metrics_" + LocalDate.ofEpochDay(day.getKey()).format(DAY);
            if (exists(handle, partition)) {
                copy(handle, partition, metrics, day.getValue());
            } else {
                insert(handle, metrics, day.getValue());
            }
        }
    }

    /// Forgets which partitions there are; one may have been dropped.
    void forget() {
        partitions.clear();
    }

    /// The points of each day, nearly always one.
    private static Map<Long, int[]> byDay(MetricBuffer metrics) {
        Map<Long, IntStream.Builder> days = new TreeMap<>();
        for (int i = 0; i < metrics.size(); i++) {
            long day = Math.floorDiv(metrics.micros(i), MICROS_PER_DAY);
            days.computeIfAbsent(day, any -> IntStream.builder()).add(i);
        }
        Map<Long, int[]> points = new TreeMap<>();
        days.forEach((day, indexes) -> points.put(day, indexes.build().toArray()));
        return points;
    }

    private boolean exists(Handle handle, String partition) {
        if (!partitions.contains(partition)
                && handle.createQuery("SELECT to_regclass(:name) IS NOT NULL")
                        .bind("name", partition)
                        .mapTo(Boolean.class)
                        .one()) {
            partitions.add(partition);
        }
        return partitions.contains(partition);
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
