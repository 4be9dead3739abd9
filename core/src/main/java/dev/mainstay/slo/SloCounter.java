package dev.mainstay.slo;

import dev.mainstay.postgres.Columns;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// Counts the events of all SLOs in the minutes that are over, from rows as they were stored, and keeps running totals:
/// what happened in a window is then the difference of two rows, however long it is. Stateless and thread-safe.
final class SloCounter {
    /// A minute is counted when all that belongs to it is stored, also after the database was away for a moment.
    private static final String SETTLED = "interval '30 seconds'";

    /// SQL that tells whether a minute is to be counted.
    static final String DUE =
            "EXISTS (SELECT FROM slos WHERE counted_to <= now() - interval '1 minute' - " + SETTLED + ")";

    /// At most an hour at once, and nothing of what is older than heartbeats are kept.
    private static final String NEXT = """
            SELECT least(min(from_at) + interval '1 hour', date_bin('1 minute', now() - SETTLED, '2000-01-01Z')) AS until,
                bool_or(metric IS NOT NULL) AS points, bool_or(queue IS NOT NULL) AS attempts
            FROM (SELECT greatest(counted_to, date_bin('1 minute', now() - interval '1 day', '2000-01-01Z')) AS from_at,
                    metric, queue
                FROM slos) AS open
            HAVING count(*) > 0
            """.replace("SETTLED", SETTLED);

    private static final String OPEN = """
            WITH open AS MATERIALIZED (
                SELECT slo.*,
                    greatest(counted_to, CAST(:until AS timestamptz) - interval '1 hour') AS from_at
                FROM slos slo
                WHERE counted_to < :until),
            bounds AS MATERIALIZED (
                SELECT coalesce(min(from_at), :until) AS from_at FROM open),
            """;

    /// A heartbeat tells of several ticks together: when the longest took too long, so did the others
    /// if their mean did.
    private static final String TICKS = """
            of_ticks AS (
                SELECT open.organization_id, open.name, beat.minute,
                    sum(CASE
                        WHEN open.indicator = 'success' THEN beat.ticks - beat.failures
                        WHEN beat.ticks = 0 OR beat.max_ms <= open.bound THEN beat.ticks
                        WHEN beat.ticks = 1 OR (beat.busy_ms - beat.max_ms) / (beat.ticks - 1) > open.bound THEN 0
                        ELSE beat.ticks - 1 END) AS good,
                    sum(beat.ticks) AS total
                FROM agent_heartbeats beat
                JOIN open ON open.organization_id = beat.organization_id AND open.agent_id = beat.agent_id
                WHERE open.indicator IN ('success', 'latency')
                    AND beat.at >= (SELECT from_at FROM bounds) AND beat.at < :until
                    AND beat.minute >= open.from_at
                GROUP BY open.organization_id, open.name, beat.minute),
            """;

    /// An agent is overdue from 2.5 intervals after a heartbeat on, as long again for each one that came merged. A
    /// minute counts when it should have run throughout, a node lived that could run it, and anybody was heard.
    private static final String MINUTES = """
            watched AS MATERIALIZED (
                SELECT open.organization_id, open.name, open.agent_id, span.begins,
                    span.begins + interval '1 minute' AS ends,
                    2.5 * CAST(agent.spec ->> 'heartbeat' AS interval) AS patience
                FROM open
                JOIN agents agent ON agent.organization_id = open.organization_id AND agent.id = open.agent_id
                CROSS JOIN LATERAL generate_series(open.from_at, CAST(:until AS timestamptz) - interval '1 minute',
                    interval '1 minute') AS span (begins)
                WHERE open.indicator = 'heartbeat'
                    AND agent.desired = 'running' AND agent.source <> 'slot'
                    AND agent.state NOT IN ('inactive', 'maintenance', 'shutdown')
                    AND agent.created_at <= span.begins - interval '1 minute'
                    AND EXISTS (
                        SELECT FROM node_sessions
                        WHERE started_at <= span.begins - interval '1 minute'
                            AND coalesce(ended_at, expires_at) > span.begins)
                    AND EXISTS (
                        SELECT FROM agent_heartbeats beat
                        WHERE beat.organization_id = open.organization_id AND beat.minute = span.begins)
                    AND NOT EXISTS (
                        SELECT FROM system_events event
                        WHERE event.organization_id = open.organization_id AND event.agent_id = open.agent_id
                            AND event.at > span.begins - interval '1 minute'
                            AND event.at < span.begins + interval '2 minutes'
                            AND (event.type = 'agent.commanded'
                                    AND coalesce(event.detail ->> 'actor', '') NOT LIKE 'recovery:%'
                                OR event.type = 'agent.transition'
                                AND event.detail ->> 'from' IN ('inactive', 'maintenance', 'shutdown')))),
            beats AS (
                SELECT watched.*, beat.at, lag(beat.at) OVER line AS before, lead(beat.at) OVER line AS after,
                    CASE WHEN beat.fence = lag(beat.fence) OVER line
                        THEN greatest(1, beat.sequence - lag(beat.sequence) OVER line) ELSE 1 END AS merged
                FROM watched
                LEFT JOIN agent_heartbeats beat
                    ON beat.organization_id = watched.organization_id AND beat.agent_id = watched.agent_id
                    AND beat.at >= watched.begins - watched.patience - interval '3 minutes'
                    AND beat.at < watched.ends + watched.patience + interval '1 minute'
                    AND beat.at >= (SELECT from_at FROM bounds) - interval '1 hour'
                WINDOW line AS (
                    PARTITION BY watched.organization_id, watched.name, watched.begins ORDER BY beat.at)),
            of_minutes AS (
                SELECT organization_id, name, begins AS minute,
                    CASE WHEN bool_or(
                        at IS NULL
                        OR before IS NULL AND at > begins
                        OR at > begins AND at - before > patience * merged AND before + patience < ends
                        OR after IS NULL AND at + patience < ends) THEN 0 ELSE 1 END AS good,
                    1 AS total
                FROM beats
                GROUP BY organization_id, name, begins),
            """;

    private static final String POINTS = """
            of_points AS (
                SELECT open.organization_id, open.name, date_bin('1 minute', point.at, '2000-01-01Z') AS minute,
                    count(*) FILTER (WHERE
                        CASE open.indicator WHEN 'cost' THEN point.value <= open.bound
                            ELSE point.value >= open.bound END) AS good,
                    count(*) AS total
                FROM open
                JOIN metric_series series
                    ON series.organization_id = open.organization_id AND series.agent_id = open.agent_id
                    AND series.name = open.metric
                JOIN performance_metrics point
                    ON point.organization_id = series.organization_id AND point.series_id = series.series_id
                WHERE open.indicator IN ('cost', 'quality')
                    AND point.at >= (SELECT from_at FROM bounds) AND point.at < :until AND point.at >= open.from_at
                GROUP BY 1, 2, 3),
            """;

    /// Attempts of a queue are told once a second with their number and their mean duration.
    private static final String ATTEMPTS = """
            of_attempts AS (
                SELECT open.organization_id, open.name, date_bin('1 minute', attempts.at, '2000-01-01Z') AS minute,
                    coalesce(sum(attempts.value) FILTER (WHERE series.labels ->> 'outcome' = 'completed'
                        AND (open.indicator = 'success' OR duration.value <= open.bound)), 0) AS good,
                    sum(attempts.value) AS total
                FROM open
                JOIN metric_series series
                    ON series.organization_id = open.organization_id AND series.agent_id = ''
                    AND series.name = 'task.attempts' AND series.labels ->> 'queue' = open.queue
                JOIN performance_metrics attempts
                    ON attempts.organization_id = series.organization_id AND attempts.series_id = series.series_id
                LEFT JOIN metric_series durations
                    ON durations.organization_id = series.organization_id AND durations.agent_id = ''
                    AND durations.name = 'task.duration' AND durations.labels = series.labels
                    AND open.indicator = 'latency'
                LEFT JOIN performance_metrics duration
                    ON duration.organization_id = durations.organization_id
                    AND duration.series_id = durations.series_id AND duration.at = attempts.at
                    AND duration.at >= (SELECT from_at FROM bounds) AND duration.at < :until
                WHERE attempts.at >= (SELECT from_at FROM bounds) AND attempts.at < :until
                    AND attempts.at >= open.from_at
                    AND (series.labels ->> 'outcome' = 'completed'
                        OR open.indicator = 'success'
                            AND series.labels ->> 'outcome' IN ('failed', 'timed out', 'dead', 'lost'))
                GROUP BY 1, 2, 3),
            """;

    private static final String KEEP = """
            counted AS MATERIALIZED (
                SELECT * FROM of_ticks UNION ALL SELECT * FROM of_minutes OTHERS),
            kept AS (
                INSERT INTO slo_counts (organization_id, slo, at, good, total)
                SELECT open.organization_id, open.name, counted.minute + interval '1 minute',
                    open.good + sum(counted.good) OVER until_then, open.total + sum(counted.total) OVER until_then
                FROM counted
                JOIN open USING (organization_id, name)
                WHERE counted.total > 0
                WINDOW until_then AS (PARTITION BY open.organization_id, open.name ORDER BY counted.minute)
                ON CONFLICT (organization_id, slo, at) DO NOTHING)
            UPDATE slos slo
            SET counted_to = :until, good = open.good + added.good, total = open.total + added.total
            FROM open
            CROSS JOIN LATERAL (
                SELECT coalesce(sum(counted.good), 0) AS good, coalesce(sum(counted.total), 0) AS total
                FROM counted
                WHERE counted.organization_id = open.organization_id AND counted.name = open.name) AS added
            WHERE slo.organization_id = open.organization_id AND slo.name = open.name
                AND slo.counted_to = open.counted_to
            """;

    /// A window of days needs no minutes where it begins: the last total of five minutes, and later of an hour, is
    /// kept, and the last one before the period, however long ago that was.
    private static final String THIN = """
            DELETE FROM slo_counts count
            USING slos slo
            WHERE slo.organization_id = count.organization_id AND slo.name = count.slo
                AND count.at < slo.counted_to - interval '3 hours'
                AND EXISTS (
                    SELECT
                    FROM slo_counts later
                    WHERE later.organization_id = count.organization_id AND later.slo = count.slo
                        AND later.at > count.at
                        AND later.at <= CASE
                            WHEN count.at < slo.counted_to - slo.period - interval '1 day'
                                THEN slo.counted_to - slo.period - interval '1 day'
                            WHEN count.at < slo.counted_to - interval '4 days'
                                THEN date_bin('1 hour', count.at - interval '1 second', '2000-01-01Z') + interval '1 hour'
                            ELSE date_bin('5 minutes', count.at - interval '1 second', '2000-01-01Z')
                                + interval '5 minutes' END)
            """;

    /// What is to be counted next.
    ///
    /// @param points whether any SLO is of the points of a metric
    /// @param attempts whether any is of a queue
    record Span(Instant until, boolean points, boolean attempts) {}

    /// The next span to be counted; empty when there is nothing to count.
    Optional<Span> next(Handle handle) {
        return handle.createQuery(NEXT)
                .map((row, context) ->
                        new Span(Columns.instant(row, "until"), row.getBoolean("points"), row.getBoolean("attempts")))
                .findOne();
    }

    /// Counts it; the number of SLOs it was counted for. Points of all metrics are looked at only for
    /// who asks for them.
    int count(Handle handle, Span span) {
        String others = (span.points() ? "UNION ALL SELECT * FROM of_points " : "")
                + (span.attempts() ? "UNION ALL SELECT * FROM of_attempts" : "");
        String sql = OPEN
                + TICKS
                + MINUTES
                + (span.points() ? POINTS : "")
                + (span.attempts() ? ATTEMPTS : "")
                + KEEP.replace("OTHERS", others);
        return handle.createUpdate(sql)
                .bind("until", span.until().atOffset(ZoneOffset.UTC))
                .execute();
    }

    int thin(Handle handle) {
        return handle.createUpdate(THIN).execute();
    }
}
