package dev.mainstay.bench.telemetry;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.lab.Stopwatch;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.postgres.CopyRows;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.postgres.Partitions;
import dev.mainstay.postgres.Retention;
import dev.mainstay.telemetry.Metric;
import dev.mainstay.telemetry.Telemetry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.postgresql.PGConnection;

/// The same metric rows into the same table by two ways, from empty each time. Used by one thread.
final class MetricRounds implements AutoCloseable {
    private static final int ROWS_A_COPY = 50_000;
    private static final int NAMES = 10;
    private static final Duration BOUND = Duration.ofMinutes(10);
    private static final Duration PATIENCE = Duration.ofMillis(1);
    private static final long NANOS_A_ROW = 20_000;
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("uuuuMMdd").withZone(ZoneOffset.UTC);

    private final Laboratory laboratory;
    private final int series;
    private final int rows;
    private final Instant begin;
    private final String day;
    private final Telemetry telemetry;
    private final Connection connection;
    private final List<Long> seriesIds;

    MetricRounds(Laboratory laboratory, int series, int rows) throws SQLException {
        this.laboratory = laboratory;
        this.series = series;
        this.rows = rows;
        new Partitions(laboratory.database()).maintain(Retention.DEFAULT);
        this.begin = laboratory.database().now().truncatedTo(ChronoUnit.DAYS);
        this.day = DAY.format(begin);
        this.telemetry = Telemetry.start(laboratory.database());
        for (int i = 0; i < series; i++) {
            telemetry.metric(metric(i));
        }
        telemetry.awaitStored(BOUND);
        this.connection = laboratory.superuser();
        this.seriesIds = seriesIds();
    }

    private List<Long> seriesIds() throws SQLException {
        List<Long> ids = new ArrayList<>();
        try (var statement = connection.createStatement();
                var found = statement.executeQuery("SELECT series_id FROM metric_series ORDER BY series_id")) {
            while (found.next()) {
                ids.add(found.getLong(1));
            }
        }
        return ids;
    }

    /// The row of this number: series take turns, time goes on.
    private Metric metric(int row) {
        int of = row % series;
        return new Metric(
                Organizations.DEFAULT,
                "agent-" + of / NAMES,
                "bench.metric." + of % NAMES,
                Map.of(),
                "ms",
                at(row),
                value(row));
    }

    private Instant at(int row) {
        return begin.plusNanos(row * NANOS_A_ROW);
    }

    private static double value(int row) {
        return row * 0.001;
    }

    /// Rows a second from the first call to the last row stored.
    double throughTelemetry() {
        clear();
        var watch = Stopwatch.start();
        for (int row = 0; row < rows; row++) {
            Metric metric = metric(row);
            while (!telemetry.metric(metric)) {
                Threads.pause(PATIENCE);
            }
        }
        telemetry.awaitStored(BOUND);
        return stored(watch.seconds());
    }

    /// Rows a second through one connection that does nothing else, encoded and committed in large batches, straight
    /// into the partition of their day.
    double byCopy() throws SQLException {
        clear();
        var copy = new CopyRows("performance_metrics_" + day, "organization_id", "series_id", "at", "value");
        var watch = Stopwatch.start();
        for (int row = 0; row < rows; row++) {
            copy.row()
                    .uuid(Organizations.DEFAULT)
                    .bigint(seriesIds.get(row % series))
                    .timestamptz(at(row))
                    .float8(value(row));
            if (copy.rows() == ROWS_A_COPY) {
                copy.flushTo(connection.unwrap(PGConnection.class));
            }
        }
        copy.flushTo(connection.unwrap(PGConnection.class));
        return stored(watch.seconds());
    }

    /// Both ways begin with an empty table and nothing left to write out.
    private void clear() {
        laboratory.execute("TRUNCATE performance_metrics", "TRUNCATE rollup_pending", "CHECKPOINT");
    }

    private double stored(double seconds) {
        double found = laboratory.number("SELECT count(*) FROM performance_metrics");
        if (found != rows) {
            throw new IllegalStateException(rows + " rows were sent and " + found + " are stored");
        }
        return rows / seconds;
    }

    @Override
    public void close() throws SQLException {
        telemetry.close();
        connection.close();
    }
}
