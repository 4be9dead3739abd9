package dev.mainstay.anomaly.watch;

import dev.mainstay.postgres.Columns;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The passes, one after the other without a gap. Stateless and thread-safe.
final class PassLog {
    /// No longer, so that what was missed is made up for in parts that fit into memory.
    static final Duration LONGEST = Duration.ofMinutes(1);

    private static final Duration SHORTEST = Duration.ofSeconds(1);

    /// After a long rest the points of more than a week ago are gone.
    private static final String APPEND = """
            INSERT INTO anomaly_passes (since, until, snapshot)
            SELECT since, least(now(), since + make_interval(secs => :longest)), pg_current_snapshot()
            FROM (
                SELECT coalesce(
                    (SELECT greatest(max(until), now() - interval '7 days') FROM anomaly_passes HAVING count(*) > 0),
                    now() - make_interval(secs => :first)) AS since) AS next
            WHERE since + make_interval(secs => :shortest) <= now()
            RETURNING since + make_interval(secs => :longest) < now() AS is_behind
            """;

    private static final String AFTER = """
            SELECT since, until, snapshot::text AS snapshot, (
                SELECT before.snapshot::text
                FROM anomaly_passes before
                WHERE before.until < pass.until
                ORDER BY before.until DESC
                LIMIT 1) AS before
            FROM anomaly_passes pass
            WHERE until > :done
            ORDER BY until
            """;

    /// Adds the next pass if it is time for one.
    ///
    /// @return whether another one is due at once
    boolean append(Handle handle) {
        return handle.createQuery(APPEND)
                .bind("longest", seconds(LONGEST))
                .bind("shortest", seconds(SHORTEST))
                .bind("first", seconds(AnomalyWatch.PERIOD))
                .mapTo(Boolean.class)
                .findOne()
                .orElse(false);
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1e3;
    }

    /// Those that end after `done`, in order.
    List<Pass> after(Handle handle, Instant done) {
        return handle.createQuery(AFTER)
                .bind("done", done.atOffset(ZoneOffset.UTC))
                .map((row, context) -> new Pass(
                        Columns.instant(row, "since"),
                        Columns.instant(row, "until"),
                        row.getString("snapshot"),
                        row.getString("before")))
                .list();
    }

    /// The end of the newest; null before there was one.
    @Nullable
    Instant newest(Handle handle) {
        return handle.createQuery("SELECT max(until) AS until FROM anomaly_passes")
                .map((row, context) -> Columns.nullableInstant(row, "until"))
                .one();
    }

    void forget(Handle handle, Instant before) {
        handle.createUpdate("DELETE FROM anomaly_passes WHERE until < :before")
                .bind("before", before.atOffset(ZoneOffset.UTC))
                .execute();
    }
}
