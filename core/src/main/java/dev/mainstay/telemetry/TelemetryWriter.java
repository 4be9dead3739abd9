package dev.mainstay.telemetry;

import dev.mainstay.postgres.Database;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Stores one batch in one transaction, once, even when the answer to a commit is lost. Used by one thread.
final class TelemetryWriter {
    private static final String MARK_ROLLUPS = """
            INSERT INTO rollup_pending (width, bucket)
            SELECT '1m', to_timestamp(minute * 60)
            FROM unnest(:minutes) AS minute
            ORDER BY minute
            ON CONFLICT (width, bucket) DO UPDATE SET marked_at = now()
            """;

    private static final long MICROS_PER_MINUTE = 60_000_000L;

    private final Database database;
    private final SeriesTable series;
    private final NewestHeartbeats newest = new NewestHeartbeats();
    private final HeartbeatHistory history = new HeartbeatHistory();
    private final EventStore events = new EventStore();
    private final MetricWriter metrics = new MetricWriter();
    private final UUID source = UUID.randomUUID();
    private long sequence = 1;
    private boolean failed;

    TelemetryWriter(Database database, SeriesTable series) {
        this.database = database;
        this.series = series;
    }

    void store(TelemetryBatch batch) {
        if (failed) {
            metrics.forget();
            history.forget();
        }
        failed = true;
        number(batch.metrics);
        database.write(handle -> {
            if (isFirst(handle)) {
                storeWith(handle, batch);
            }
            return batch;
        });
        failed = false;
        sequence++;
    }

    /// As if the answer to the newest commit had been lost, for tests.
    void forgetAnswer() {
        sequence--;
        failed = true;
    }

    private void number(MetricBuffer points) {
        Set<Series> fresh = new HashSet<>();
        for (int i = 0; i < points.size(); i++) {
            if (!points.series(i).isKnown()) {
                fresh.add(points.series(i));
            }
        }
        series.number(fresh);
    }

    /// False when this batch is stored already. First of all, because a commit that is still under way on a lost
    /// connection holds this row: this waits until that commit has happened or not.
    private boolean isFirst(Handle handle) {
        return handle.createUpdate("""
                INSERT INTO telemetry_flushes (source, sequence)
                VALUES (:source, :sequence)
                ON CONFLICT (source) DO UPDATE SET sequence = excluded.sequence, flushed_at = now()
                WHERE telemetry_flushes.sequence < excluded.sequence
                """)
                        .bind("source", source)
                        .bind("sequence", sequence)
                        .execute()
                == 1;
    }

    private void storeWith(Handle handle, TelemetryBatch batch) {
        for (List<Heartbeat> wave : batch.heartbeats.waves()) {
            history.append(handle, newest.store(handle, wave));
        }
        if (!batch.events.isEmpty()) {
            events.store(handle, batch.events);
        }
        metrics.store(handle, batch.metrics);
        markRollups(handle, batch.metrics);
    }

    /// Last, because the row lock it takes is what makes the roll-up wait for this transaction's rows.
    private static void markRollups(Handle handle, MetricBuffer points) {
        Set<Long> minutes = new HashSet<>();
        for (int i = 0; i < points.size(); i++) {
            minutes.add(Math.floorDiv(points.micros(i), MICROS_PER_MINUTE));
        }
        if (minutes.isEmpty()) {
            return;
        }
        handle.createUpdate(MARK_ROLLUPS)
                .bindArray("minutes", Long.class, minutes)
                .execute();
    }
}
