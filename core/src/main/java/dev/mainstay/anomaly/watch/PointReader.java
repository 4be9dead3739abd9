package dev.mainstay.anomaly.watch;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Database;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.statement.Query;

/// Reads the points of a pass, and those before it. Stateless and thread-safe.
final class PointReader {
    /// What is stored so much later than it was measured, and after the pass of its time, is judged by nobody.
    static final Duration LATEST = Duration.ofSeconds(10);

    /// A row carries the lower half of the number of the transaction that wrote it; the whole number is the
    /// one nearest to the end of the snapshot. Of points of the same time the smallest comes first, so that the
    /// order follows from what is stored.
    private static final String READ = """
            WITH found AS (
                SELECT series_id, at, value,
                    :end + (((xmin::text::bigint - :end + 2147483648) & 4294967295) - 2147483648) AS writer
                FROM performance_metrics
                WHERE at > :from AND at <= :until OF_SERIES)
            SELECT series_id, (extract(epoch FROM at) * 1000000)::bigint AS micros, value
            FROM found
            WHERE (writer < :ended
                    OR writer < :end AND pg_visible_in_snapshot(writer::text::xid8, :snapshot::pg_snapshot))
                AND (at > :since OR writer >= :endedBefore
                    AND (writer >= :endBefore
                        OR NOT pg_visible_in_snapshot(writer::text::xid8, :before::pg_snapshot)))
            ORDER BY series_id, at, value
            """;

    /// How far back there are no more than so many points of these series, by whole hours.
    private static final String HISTORY = """
            SELECT min(bucket) AS since
            FROM (
                SELECT bucket, sum(sum(count)) OVER (ORDER BY bucket DESC) AS points
                FROM agent_metrics_1h
                WHERE organization_id = ANY (:organizations) AND series_id = ANY (:series)
                    AND bucket > :until - interval '7 days' AND bucket < :until
                GROUP BY bucket) AS hours
            WHERE points <= :most
            """;

    /// What the hours do not tell of yet.
    private static final Duration NOT_ROLLED_UP = Duration.ofHours(2);

    private static final int FETCH = 10_000;

    private final Database database;

    PointReader(Database database) {
        this.database = database;
    }

    List<RawPoint> of(Pass pass) {
        return database.read(handle -> points(bound(handle.createQuery(READ.replace("OF_SERIES", "")), pass)));
    }

    /// Of some series alone.
    List<RawPoint> of(Pass pass, Collection<Long> series) {
        return database.read(handle ->
                points(bound(handle.createQuery(READ.replace("OF_SERIES", "AND series_id = ANY (:series)")), pass)
                        .bindArray("series", Long.class, series)));
    }

    private static Query bound(Query query, Pass pass) {
        String snapshot = pass.snapshot();
        String before = pass.before() == null ? snapshot : pass.before();
        Instant from = pass.before() == null ? pass.since() : pass.since().minus(LATEST);
        return query.bind("from", from.atOffset(ZoneOffset.UTC))
                .bind("since", pass.since().atOffset(ZoneOffset.UTC))
                .bind("until", pass.until().atOffset(ZoneOffset.UTC))
                .bind("end", Pass.end(snapshot))
                .bind("ended", Pass.ended(snapshot))
                .bind("snapshot", snapshot)
                .bind("endBefore", Pass.end(before))
                .bind("endedBefore", Pass.ended(before))
                .bind("before", before)
                .setFetchSize(FETCH);
    }

    private static List<RawPoint> points(Query query) {
        return query.map((row, context) -> new RawPoint(row.getLong(1), row.getLong(2), row.getDouble(3)))
                .list();
    }

    /// Since when there are at most so many points of these series, from two hours to seven days before.
    Instant history(Collection<UUID> organizations, Collection<Long> series, Instant until, long most) {
        Instant least = until.minus(NOT_ROLLED_UP);
        return database.read(handle -> handle.createQuery(HISTORY)
                .bindArray("organizations", UUID.class, organizations)
                .bindArray("series", Long.class, series)
                .bind("until", until.atOffset(ZoneOffset.UTC))
                .bind("most", most)
                .map((row, context) -> Columns.nullableInstant(row, "since"))
                .findOne()
                .filter(since -> since.isBefore(least))
                .orElse(least));
    }
}
