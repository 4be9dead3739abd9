package dev.mainstay.telemetry;

import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Organizations;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Aggregates what has been marked in `rollup_pending`: raw points into minutes, minutes into hours.
///
/// A bucket that is over is computed anew as a whole, so that doing it twice, or again for a late point, is right.
/// Deleting its mark waits for the writers that hold it; the statement after that sees their rows. A bucket whose
/// values PostgreSQL cannot sum up is skipped and told of, so that it stops no other. Thread-safe.
public final class Rollup {
    /// SQL that tells whether a bucket is over and waits.
    public static final String DUE = """
            EXISTS (SELECT FROM rollup_pending WHERE width = '1m' AND bucket <= now() - interval '1 minute')
            OR EXISTS (SELECT FROM rollup_pending WHERE width = '1h' AND bucket <= now() - interval '1 hour')
            """;

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
            """ + conflict("agent_metrics_1m");

    private static final String HOUR = """
            INSERT INTO agent_metrics_1h (organization_id, series_id, bucket, count, sum, min, max, last)
            SELECT organization_id, series_id, :bucket, sum(count), sum(sum), min(min), max(max),
                (array_agg(last ORDER BY bucket DESC))[1]
            FROM agent_metrics_1m
            WHERE bucket >= :bucket AND bucket < CAST(:bucket AS timestamptz) + interval '1 hour'
            GROUP BY organization_id, series_id
            """ + conflict("agent_metrics_1h");

    private static final String SKIPPED = """
            INSERT INTO system_events (organization_id, type, severity, cause, detail)
            VALUES (:organization, 'rollup.skipped', 'critical', :cause,
                jsonb_build_object('width', :width::text, 'bucket', CAST(:bucket AS timestamptz)))
            """;

    private static final Logger LOG = LoggerFactory.getLogger(Rollup.class);

    private final Database database;

    public Rollup(Database database) {
        this.database = database;
    }

    /// Rows are only ever added to a bucket, so one that counts fewer than before has lost what it was made of to
    /// retention: a late point must not replace history by itself.
    private static String conflict(String table) {
        return """
                ON CONFLICT (organization_id, series_id, bucket) DO UPDATE
                SET count = excluded.count, sum = excluded.sum, min = excluded.min, max = excluded.max,
                    last = excluded.last
                WHERE excluded.count >= %s.count
                """.formatted(table);
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
        due.forEach(minute -> aggregate(handle, "1m", MINUTE, minute));
        if (!due.isEmpty()) {
            handle.createUpdate(MINUTES)
                    .bindArray("minutes", Instant.class, due)
                    .execute();
        }
        return due.size();
    }

    private static int hours(Handle handle) {
        List<Instant> due = take(handle, "1h", "1 hour");
        due.forEach(hour -> aggregate(handle, "1h", HOUR, hour));
        return due.size();
    }

    private static void aggregate(Handle handle, String width, String sql, Instant bucket) {
        handle.savepoint("bucket");
        try {
            handle.createUpdate(sql)
                    .bind("bucket", bucket.atOffset(ZoneOffset.UTC))
                    .execute();
            handle.releaseSavepoint("bucket");
        } catch (RuntimeException e) {
            if (!Database.refusedValues(e)) {
                throw e;
            }
            handle.rollbackToSavepoint("bucket");
            skip(handle, width, bucket, e);
        }
    }

    private static void skip(Handle handle, String width, Instant bucket, RuntimeException why) {
        LOG.atError()
                .addKeyValue("width", width)
                .addKeyValue("bucket", bucket)
                .log("this bucket cannot be rolled up and is skipped: {}", Telemetry.reason(why));
        handle.createUpdate(SKIPPED)
                .bind("organization", Organizations.DEFAULT)
                .bind("width", width)
                .bind("bucket", bucket.atOffset(ZoneOffset.UTC))
                .bind("cause", Telemetry.reason(why))
                .execute();
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
