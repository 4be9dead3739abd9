package dev.mainstay.telemetry;

import dev.mainstay.postgres.Database;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/// Aggregates what has been marked in `rollup_pending`: raw points into minutes, minutes into hours.
///
/// A bucket that is over is computed anew as a whole, so that doing it twice, or again for a late point, is right.
/// Deleting its mark waits for the writers that hold it; the statement after that sees their rows. Thread-safe.
public final class Rollup {
    private static final String TAKE = """
            DELETE FROM rollup_pending
            WHERE width = :width AND bucket IN (
                SELECT bucket
                FROM rollup_pending
                WHERE width = :width AND bucket + CAST(:length AS interval) <= now()
                ORDER BY bucket
                LIMIT :most)
            RETURNING bucket
            """;

    private static final String MINUTES = """
            INSERT INTO rollup_pending (width, bucket)
            SELECT DISTINCT '1h', date_trunc('hour', minute)
            FROM unnest(:minutes) AS minute
            ORDER BY 2
            ON CONFLICT (width, bucket) DO UPDATE SET marked_at = now()
            """;

    private static final int BUCKETS_A_ROUND = 60;

    private static final String MINUTE = """
            INSERT INTO agent_metrics_1m (organization_id, series_id, bucket, count, sum, min, max, last)
            SELECT organization_id, series_id, :bucket, count(*), sum(value), min(value), max(value),
                (array_agg(value ORDER BY at DESC))[1]
            FROM performance_metrics
            WHERE at >= :bucket AND at < CAST(:bucket AS timestamptz) + interval '1 minute'
            GROUP BY organization_id, series_id
            """ + conflict();

    private static final String HOUR = """
            INSERT INTO agent_metrics_1h (organization_id, series_id, bucket, count, sum, min, max, last)
            SELECT organization_id, series_id, :bucket, sum(count), sum(sum), min(min), max(max),
                (array_agg(last ORDER BY bucket DESC))[1]
            FROM agent_metrics_1m
            WHERE bucket >= :bucket AND bucket < CAST(:bucket AS timestamptz) + interval '1 hour'
            GROUP BY organization_id, series_id
            """ + conflict();

    private final Database database;

    public Rollup(Database database) {
        this.database = database;
    }

    private static String conflict() {
        return """
                ON CONFLICT (organization_id, series_id, bucket) DO UPDATE
                SET count = excluded.count, sum = excluded.sum, min = excluded.min, max = excluded.max,
                    last = excluded.last
                """;
    }

    /// Rolls up all that is due, in small transactions; `check` is run first in each and may refuse by throwing.
    public void round(Consumer<Handle> check) {
        int done;
        do {
            done = database.write(handle -> {
                check.accept(handle);
                return minutes(handle) + hours(handle);
            });
        } while (done >= BUCKETS_A_ROUND);
    }

    private static int minutes(Handle handle) {
        List<Instant> due = take(handle, "1m", "1 minute");
        for (Instant minute : due) {
            handle.createUpdate(MINUTE)
                    .bind("bucket", minute.atOffset(ZoneOffset.UTC))
                    .execute();
        }
        if (!due.isEmpty()) {
            handle.createUpdate(MINUTES)
                    .bindArray("minutes", Instant.class, due)
                    .execute();
        }
        return due.size();
    }

    private static int hours(Handle handle) {
        List<Instant> due = take(handle, "1h", "1 hour");
        for (Instant hour : due) {
            handle.createUpdate(HOUR)
                    .bind("bucket", hour.atOffset(ZoneOffset.UTC))
                    .execute();
        }
        return due.size();
    }

    private static List<Instant> take(Handle handle, String width, String length) {
        return handle.createQuery(TAKE)
                .bind("width", width)
                .bind("length", length)
                .bind("most", BUCKETS_A_ROUND)
                .mapTo(Instant.class)
                .list();
    }
}
