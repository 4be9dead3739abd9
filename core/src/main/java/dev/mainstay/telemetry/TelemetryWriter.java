package dev.mainstay.telemetry;

import dev.mainstay.postgres.CopyRows;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Jsonb;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.postgresql.PGConnection;

/// Stores one batch in one transaction, once, even when the answer to a commit is lost. Used by one thread.
final class TelemetryWriter {
    private static final long MICROS_PER_MINUTE = 60_000_000L;

    private final Database database;
    private final SeriesTable series;
    private final HeartbeatStore heartbeats = new HeartbeatStore();
    private final UUID source = UUID.randomUUID();
    private long sequence = 1;
    private boolean unanswered;

    TelemetryWriter(Database database, SeriesTable series) {
        this.database = database;
        this.series = series;
    }

    void store(TelemetryBatch batch) {
        if (!(unanswered && wasStored())) {
            unanswered = true;
            number(batch.metrics);
            database.write(handle -> {
                storeWith(handle, batch);
                return batch;
            });
        }
        unanswered = false;
        sequence++;
    }

    private boolean wasStored() {
        return database.read(handle -> handle.createQuery(
                                "SELECT count(*) FROM telemetry_flushes WHERE source = :source AND sequence >= :sequence")
                        .bind("source", source)
                        .bind("sequence", sequence)
                        .mapTo(Long.class)
                        .one())
                > 0;
    }

    private void number(MetricBuffer metrics) {
        Set<Series> fresh = new HashSet<>();
        for (int i = 0; i < metrics.size(); i++) {
            if (!metrics.series(i).isKnown()) {
                fresh.add(metrics.series(i));
            }
        }
        series.number(fresh);
    }

    private void storeWith(Handle handle, TelemetryBatch batch) {
        for (List<Heartbeat> wave : batch.heartbeats.waves()) {
            heartbeats.store(handle, wave);
        }
        copy(handle.getConnection(), batch);
        recordFlush(handle);
        markRollups(handle, batch.metrics);
    }

    private static void copy(Connection connection, TelemetryBatch batch) {
        try {
            copyEvents(connection, batch.events);
            copyMetrics(connection, batch.metrics);
        } catch (SQLException e) {
            throw new UnableToExecuteStatementException(e, null);
        }
    }

    private static void copyEvents(Connection connection, List<Event> events) throws SQLException {
        if (events.isEmpty()) {
            return;
        }
        CopyRows rows = new CopyRows(
                "system_events", "organization_id", "at", "type", "severity", "agent_id", "node_id", "cause", "detail");
        for (Event event : events) {
            rows.row()
                    .uuid(event.organization())
                    .timestamptz(event.at())
                    .text(event.type())
                    .text(event.severity().word())
                    .text(event.agent())
                    .text(event.node())
                    .text(event.cause())
                    .jsonb(Jsonb.text(event.detail()));
        }
        rows.flushTo(connection.unwrap(PGConnection.class));
    }

    private static void copyMetrics(Connection connection, MetricBuffer metrics) throws SQLException {
        if (metrics.size() == 0) {
            return;
        }
        CopyRows rows = new CopyRows("performance_metrics", "organization_id", "series_id", "at", "value");
        for (int i = 0; i < metrics.size(); i++) {
            rows.row()
                    .uuid(metrics.series(i).key().organization())
                    .bigint(metrics.series(i).id())
                    .timestamptz(metrics.micros(i))
                    .float8(metrics.value(i));
        }
        rows.flushTo(connection.unwrap(PGConnection.class));
    }

    private void recordFlush(Handle handle) {
        handle.createUpdate("""
                INSERT INTO telemetry_flushes (source, sequence)
                VALUES (:source, :sequence)
                ON CONFLICT (source) DO UPDATE SET sequence = excluded.sequence, flushed_at = now()
                """)
                .bind("source", source)
                .bind("sequence", sequence)
                .execute();
    }

    /// Last, because the row lock it takes is what makes the roll-up wait for this transaction's rows.
    private static void markRollups(Handle handle, MetricBuffer metrics) {
        Set<Long> minutes = new HashSet<>();
        for (int i = 0; i < metrics.size(); i++) {
            minutes.add(Math.floorDiv(metrics.micros(i), MICROS_PER_MINUTE));
        }
        if (minutes.isEmpty()) {
            return;
        }
        handle.createUpdate("""
                INSERT INTO rollup_pending (width, bucket)
                SELECT '1m', to_timestamp(minute * 60)
                FROM unnest(:minutes) AS minute
                ORDER BY minute
                ON CONFLICT (width, bucket) DO UPDATE SET marked_at = now()
                """).bindArray("minutes", Long.class, minutes).execute();
    }
}
