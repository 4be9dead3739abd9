package dev.mainstay.telemetry;

import dev.mainstay.postgres.Database;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Stores one batch in one transaction, once, even when the answer to a commit is lost. Used by one thread.
final class TelemetryWriter {
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
        RollupMarks.mark(handle, batch.metrics.size(), batch.metrics::micros);
    }
}
