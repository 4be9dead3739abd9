package dev.mainstay.alert;

import java.time.Instant;
import java.time.ZoneOffset;
import org.jdbi.v3.core.statement.Query;

/// The statements that tell of whom a [Trouble] is true. Each begins with the few agents or queues that a newest row
/// already speaks of, and looks at the history of those alone. Stateless and thread-safe.
///
/// Heartbeats of one agent are found by their minute. A moment compared with IS TRUE keeps PostgreSQL from reading
/// those of all agents since then instead.
final class TroubleFindings {
    /// What a crash is of, by its cause.
    private static final String CRASH_KIND = """
            CASE WHEN crash.cause LIKE 'could not start:%' THEN 'unstartable'
                WHEN crash.cause LIKE '%OutOfMemoryError%' THEN 'exhausted'
                WHEN crash.cause LIKE 'tick did not stop%' THEN 'hanging'
                WHEN crash.cause LIKE 'tick was interrupted at its deadline%' THEN 'overrunning'
                ELSE 'crashing' END""";

    /// A connection that was there and is not any more. The codes are those with which an agent that throws is
    /// described: https://www.postgresql.org/docs/current/errcodes-appendix.html
    private static final String BROKEN =
            "SQLState (08(000|003|006|007|P01)|57P0[125])|connection (reset|is closed|was closed|has been closed|closed)"
                    + "|broken pipe|not connected|socket closed|SocketException|closed channel|end of file"
                    + "|terminating connection|I/O error occurred while sending";

    /// Somebody who is not there, or says that he cannot.
    private static final String AWAY =
            "SQLState (08001|08004|57P03|53300)|connection (to [^ ]+ )?refused|connection attempt (failed|timed out)"
                    + "|connect(ion)? timed out|connection is not available|unknown ?host|unreachable|no route to host"
                    + "|database system is (starting up|shutting down|in recovery|not yet accepting)|too many clients"
                    + "|no answer from|service unavailable|bad gateway|HTTP (502|503|504)"
                    + "|(answered|status) (502|503|504)";

    /// Those of a minute, and those since the last tick that ended well: an agent whose supervisor waits longer
    /// each time crashes seldom, but does nothing else. A single one is enough when there was another within twenty
    /// minutes and the supervisor now waits for half a minute or more.
    private static final String CRASHES = """
            WITH happened AS MATERIALIZED (
                SELECT agent_id, at, id, cause, CAST(detail ->> 'waits' AS double precision) AS waits
                FROM system_events
                WHERE organization_id = :organization AND at > :now - interval '20 minutes'
                    AND type = 'agent.transition' AND detail @> '{"crash": true}'),
            ill AS MATERIALIZED (
                SELECT agent.id AS agent_id, agent.state, newest.at, newest.times
                FROM (SELECT agent_id, max(at) AS at, count(*) AS times FROM happened GROUP BY agent_id) newest
                JOIN agents agent ON agent.organization_id = :organization AND agent.id = newest.agent_id
                WHERE agent.desired = 'running' AND agent.state NOT IN ('shutdown', 'inactive') {scope}
                    AND (
                        SELECT true
                        FROM agent_heartbeats beat
                        WHERE beat.organization_id = :organization AND beat.agent_id = newest.agent_id
                            AND beat.minute >= date_bin('1 minute', newest.at, '2000-01-01Z')
                            AND (beat.at > newest.at) IS TRUE AND beat.ticks > 0 AND beat.failures = 0
                        LIMIT 1) IS NULL)
            SELECT crash.agent_id, lease.node_id, '{}' AS labels, crash.began,
                crash.times::double precision AS value, extract(epoch FROM :now - crash.began) AS seconds,
                crash.cause AS word,
                jsonb_build_object('table', 'system_events', 'type', 'agent.transition', 'from', crash.began,
                    'to', crash.latest, 'ids', crash.ids) AS evidence
            FROM (
                SELECT agent_id, ill.state, ill.at AS latest, ill.times AS lately, min(happened.at) AS began,
                    count(*) AS times,
                    (array_agg(happened.cause ORDER BY happened.at DESC))[1] AS cause,
                    (array_agg(happened.waits ORDER BY happened.at DESC))[1] AS waits,
                    (array_agg(happened.id ORDER BY happened.at DESC))[1 : 10] AS ids
                FROM ill
                CROSS JOIN LATERAL (
                    SELECT max(beat.at) AS at
                    FROM agent_heartbeats beat
                    WHERE beat.organization_id = :organization AND beat.agent_id = ill.agent_id
                        AND beat.minute >= date_bin('1 minute', :now - interval '20 minutes', '2000-01-01Z')
                        AND (beat.at < ill.at) IS TRUE AND beat.ticks > 0 AND beat.failures = 0) good
                JOIN happened USING (agent_id)
                WHERE happened.at > least(ill.at - interval '1 minute', coalesce(good.at, '-infinity'))
                GROUP BY agent_id, ill.state, ill.at, ill.times) crash
            LEFT JOIN agent_leases lease
                ON lease.organization_id = :organization AND lease.agent_id = crash.agent_id
            WHERE (crash.times >= 2 OR crash.waits >= 30 AND crash.lately >= 2 OR crash.cause LIKE 'could not start:%' AND crash.state <> 'active')
                AND KIND = :trouble
            """.replace("KIND", CRASH_KIND);

    /// Whose kind ends so looks whether something else is well. That it is not is no trouble of the check, which does
    /// its work: two failed ticks in a row are the news it is there for.
    private static final String IS_CHECK = "agent.kind LIKE '%-check'";

    /// None of the fifty heartbeats before the first failed tick told of one, and of fifty ticks together at least,
    /// within six hours at most: who ticks more seldom must fail three times.
    private static final String WELL_BEFORE = """
            (SELECT sum(good.ticks) >= 50 AND sum(good.failures) = 0
            FROM (
                SELECT before.ticks, before.failures
                FROM agent_heartbeats before
                WHERE before.organization_id = agent.organization_id AND before.agent_id = agent.id
                    AND before.minute >= date_bin('1 minute',
                        :now - least(interval '6 hours', 10 * window_of.span), '2000-01-01Z')
                    AND (before.at > :now - interval '6 hours' AND before.at < lately.began) IS TRUE
                    AND before.ticks > 0
                ORDER BY before.at DESC
                LIMIT 50) good)""";

    /// Three failed ticks, which are half of the newest with attempts at tasks, or came in a row, so that a
    /// queue that is worked off well beside them does not hide them. Two in a row after fifty that were well,
    /// which chance seldom makes, unless somebody else is away, who is often back by then; or where a
    /// connection is broken: who connects again by itself has done so after one. A heartbeat that came as late
    /// as would be suspected tells of a time when nobody could be heard: its database was away, or its node
    /// stood still. What failed then is left out.
    private static final String FAILURES = """
            SELECT agent.id AS agent_id, lease.node_id, '{}' AS labels, lately.began,
                lately.failures::double precision AS value, extract(epoch FROM :now - lately.began) AS seconds,
                lease.last_error AS word,
                jsonb_build_object('table', 'agent_heartbeats', 'from', lately.began, 'to', lately.latest,
                    'ticks', lately.ticks, 'failures', lately.failures) AS evidence
            FROM agents agent
            JOIN agent_leases lease ON lease.organization_id = agent.organization_id AND lease.agent_id = agent.id
            CROSS JOIN LATERAL (
                SELECT least(interval '6 hours', greatest(interval '1 minute',
                        6 * CAST(agent.spec ->> 'heartbeat' AS interval), 6 * coalesce(
                        CAST(agent.spec -> 'schedule' ->> 'every' AS interval), interval '1 hour'))) AS span,
                    greatest(interval '1.5 seconds', 2.5 * CAST(agent.spec ->> 'heartbeat' AS interval)) AS punctual)
                window_of
            CROSS JOIN LATERAL (
                SELECT min(at) FILTER (WHERE failures > 0) AS began, max(at) AS latest, sum(ticks) AS ticks,
                    sum(failures) AS failures, (array_agg(failures ORDER BY at DESC))[1] AS newest
                FROM (
                    SELECT beat.at, beat.ticks, beat.failures
                    FROM (
                        SELECT heard.at, heard.ticks, heard.failures,
                            heard.at - coalesce(lag(heard.at) OVER (ORDER BY heard.at),
                                greatest(lease.leased_at, :now - window_of.span)) AS distance
                        FROM agent_heartbeats heard
                        WHERE heard.organization_id = agent.organization_id AND heard.agent_id = agent.id
                            AND heard.minute >= date_bin('1 minute', :now - window_of.span, '2000-01-01Z')
                            AND (heard.at > :now - window_of.span) IS TRUE) beat
                    WHERE beat.ticks > 0 AND beat.distance < window_of.punctual
                    ORDER BY beat.at DESC
                    LIMIT CASE WHEN IS_CHECK THEN 2 ELSE 5 END) beat) lately
            WHERE agent.organization_id = :organization AND agent.desired = 'running' AND agent.state = 'active'
                AND lease.last_error IS NOT NULL AND lately.newest > 0
                AND CASE WHEN IS_CHECK THEN lately.failures >= 2 AND lately.failures = lately.ticks
                    ELSE lately.failures >= 3 AND (2 * lately.failures >= lately.ticks OR lease.failing >= 3)
                        OR lately.failures = 2 AND lease.failing >= 2
                            AND (lease.last_error ~* :broken OR lease.last_error !~* :away AND WELL_BEFORE) END
                AND CASE WHEN IS_CHECK THEN 'down'
                    WHEN lease.last_error ~* :broken THEN 'disconnected'
                    WHEN lease.last_error ~* :away THEN 'dependency'
                    ELSE 'failing' END = :trouble
            """.replace("IS_CHECK", IS_CHECK).replace("WELL_BEFORE", WELL_BEFORE);

    /// The longest tick of each of the newest three heartbeats, against the median of what was before, so that
    /// a queue worked off fast beside slow ticks does not hide them; and the mean item, since who gets more to do
    /// at a time is not slow. One whose ticks also begin late is not slow itself: its node has no time for it.
    /// Where more than a fifth of a node's agents are slow at once, and more than two, it is told of the node.
    /// How long a check takes is what it measures, and says of its target, not of itself.
    private static final String SLOW = """
            WITH slow AS (
                SELECT agent.id AS agent_id, lease.node_id, '{}' AS labels, lately.began,
                    lately.mean AS value, extract(epoch FROM :now - lately.began) AS seconds,
                    round(usual.millis)::text AS word,
                    jsonb_build_object('table', 'agent_heartbeats', 'from', lately.began, 'to', lately.latest,
                        'millis', lately.mean, 'fastestMillis', lately.fastest,
                        'usualMillis', usual.millis, 'usualOf', usual.beats,
                        'itemMillis', lately.item_mean, 'usualItemMillis', usual.item_millis) AS evidence
                FROM agents agent
                JOIN agent_leases lease ON lease.organization_id = agent.organization_id AND lease.agent_id = agent.id
                CROSS JOIN LATERAL (
                    SELECT greatest(100, 100 * extract(epoch FROM CAST(agent.spec -> 'schedule' ->> 'every' AS interval)))
                            AS least_millis,
                        least(interval '6 hours', greatest(interval '15 minutes',
                            30 * CAST(agent.spec -> 'schedule' ->> 'every' AS interval))) AS span) window_of
                CROSS JOIN LATERAL (
                    SELECT min(at) AS began, max(at) AS latest, count(*) AS beats, min(longest) AS fastest,
                        avg(longest) AS mean, min(item_millis) AS fastest_item, avg(item_millis) AS item_mean,
                        max(late_ms) AS late
                    FROM (
                        SELECT beat.at, greatest(beat.max_ms, beat.busy_ms / beat.ticks) AS longest,
                            beat.busy_ms / greatest(beat.items, beat.ticks) AS item_millis, beat.late_ms
                        FROM agent_heartbeats beat
                        WHERE beat.organization_id = agent.organization_id AND beat.agent_id = agent.id
                            AND beat.minute >= date_bin('1 minute', :now - window_of.span, '2000-01-01Z')
                            AND (beat.at > :now - window_of.span) IS TRUE AND beat.ticks > 0
                        ORDER BY beat.at DESC
                        LIMIT 3) beat) lately
                CROSS JOIN LATERAL (
                    SELECT percentile_cont(0.5) WITHIN GROUP (
                            ORDER BY greatest(beat.max_ms, beat.busy_ms / beat.ticks)) AS millis,
                        percentile_cont(0.5) WITHIN GROUP (ORDER BY beat.busy_ms / greatest(beat.items, beat.ticks))
                            AS item_millis,
                        count(*) AS beats
                    FROM agent_heartbeats beat
                    WHERE beat.organization_id = agent.organization_id AND beat.agent_id = agent.id
                        AND beat.minute >= date_bin('1 minute', :now - window_of.span, '2000-01-01Z')
                        AND (beat.at > :now - window_of.span) IS TRUE AND beat.ticks > 0 AND beat.failures = 0
                        AND beat.at < coalesce((
                            SELECT min(open.began_at)
                            FROM alerts open
                            WHERE open.organization_id = agent.organization_id AND open.agent_id = agent.id
                                AND open.rule = :rule AND open.state <> 'resolved'), lately.began)) usual
                WHERE agent.organization_id = :organization AND agent.desired = 'running' AND agent.state = 'active'
                    {scope} AND NOT IS_CHECK
                    AND lease.last_duration_ms >= window_of.least_millis AND lately.beats = 3 AND usual.beats >= 10
                    AND lately.fastest >= greatest(window_of.least_millis, 4 * usual.millis)
                    AND lately.fastest_item >= 4 * usual.item_millis
                    AND lately.late < lately.mean),
            crowd AS (
                SELECT slow.node_id, slow.agents, lease.agents AS of_agents
                FROM (SELECT node_id, count(*) AS agents FROM slow GROUP BY node_id) slow
                JOIN (
                    SELECT held.node_id, count(*) AS agents
                    FROM agent_leases held
                    JOIN agents agent
                        ON agent.organization_id = held.organization_id AND agent.id = held.agent_id AND NOT IS_CHECK
                    WHERE held.organization_id = :organization
                    GROUP BY held.node_id) lease ON lease.node_id IS NOT DISTINCT FROM slow.node_id
                WHERE slow.agents > greatest(2, lease.agents / 5))
            SELECT agent_id, node_id, labels, began, value, seconds, word || ' ms are usual' AS word, evidence
            FROM slow
            WHERE NOT EXISTS (SELECT FROM crowd WHERE crowd.node_id IS NOT DISTINCT FROM slow.node_id)
            UNION ALL
            SELECT NULL, crowd.node_id, '{}', min(slow.began), avg(slow.value), max(slow.seconds),
                max(slow.word) || ' ms are usual, of ' || crowd.agents || ' of its ' || crowd.of_agents || ' agents',
                jsonb_build_object('table', 'agent_heartbeats', 'agents', crowd.agents, 'of', crowd.of_agents,
                    'from', min(slow.began))
            FROM crowd
            JOIN slow ON slow.node_id IS NOT DISTINCT FROM crowd.node_id
            GROUP BY crowd.node_id, crowd.agents, crowd.of_agents
            """.replace("IS_CHECK", IS_CHECK);

    /// Twenty points at least, a minute after the agent became active, on a line that goes up to twice where it
    /// began. Points lie by their time, so the newest are read once for all agents; for agents that tick seldom the
    /// minutes are read, which are found by series.
    private static final String LEAKING = """
            WITH candidate AS MATERIALIZED (
                SELECT series.series_id, series.labels, series.unit, agent.id AS agent_id, lease.node_id, window_of.span,
                    greatest(:now - window_of.span, agent.state_since + interval '1 minute') AS since
                FROM metric_series series
                JOIN agents agent ON agent.organization_id = series.organization_id AND agent.id = series.agent_id
                JOIN agent_leases lease ON lease.organization_id = agent.organization_id AND lease.agent_id = agent.id
                CROSS JOIN LATERAL (
                    SELECT least(interval '6 hours', greatest(interval '2 minutes',
                        30 * CAST(agent.spec -> 'schedule' ->> 'every' AS interval))) AS span) window_of
                WHERE series.organization_id = :organization AND series.name = 'memory.used'
                    AND agent.desired = 'running' AND agent.state = 'active' {scope}),
            recent AS MATERIALIZED (
                SELECT series_id, at, value
                FROM performance_metrics
                WHERE organization_id = :organization AND at <= :now
                    AND at > (SELECT min(since) FROM candidate WHERE span <= interval '15 minutes')
                    AND (series_id IN (SELECT series_id FROM candidate WHERE span <= interval '15 minutes')) IS TRUE),
            point AS (
                SELECT series_id, at, value, row_number() OVER (PARTITION BY series_id ORDER BY at DESC) AS place
                FROM (
                    SELECT series_id, at, value FROM recent
                    UNION ALL
                    SELECT candidate.series_id, minute.bucket, minute.last
                    FROM candidate
                    JOIN agent_metrics_1m minute ON minute.organization_id = :organization
                        AND minute.series_id = candidate.series_id
                        AND minute.bucket > candidate.since AND minute.bucket <= :now
                    WHERE candidate.span > interval '15 minutes') read
                JOIN candidate USING (series_id)
                WHERE at > since),
            lately AS (
                SELECT series_id, count(*) AS points, min(at) AS began, max(at) AS latest,
                    regr_slope(value, extract(epoch FROM at)) AS slope, regr_r2(value, extract(epoch FROM at)) AS r2,
                    (array_agg(value ORDER BY at))[1] AS oldest, (array_agg(value ORDER BY at DESC))[1] AS newest
                FROM point
                WHERE place <= 30
                GROUP BY series_id)
            SELECT candidate.agent_id, candidate.node_id, candidate.labels::text AS labels, lately.began,
                lately.newest AS value, extract(epoch FROM lately.latest - lately.began) AS seconds,
                candidate.unit AS word,
                jsonb_build_object('table', 'performance_metrics', 'series', candidate.series_id, 'from', lately.began,
                    'to', lately.latest, 'points', lately.points, 'slope', lately.slope, 'r2', lately.r2) AS evidence
            FROM lately
            JOIN candidate USING (series_id)
            WHERE lately.points >= 20 AND lately.slope > 0 AND lately.r2 >= 0.95 AND lately.newest >= 2 * lately.oldest
            """;

    private static final String POISONED = """
            SELECT NULL AS agent_id, NULL AS node_id, jsonb_build_object('queue', lane.queue)::text AS labels,
                min(letter.died_at) AS began, count(*)::double precision AS value,
                extract(epoch FROM :now - min(letter.died_at)) AS seconds,
                (array_agg(letter.reason ORDER BY letter.died_at DESC))[1] AS word,
                jsonb_build_object('table', 'dead_letters', 'queue', lane.queue, 'from', min(letter.died_at),
                    'to', max(letter.died_at),
                    'tasks', (array_agg(letter.task_id ORDER BY letter.died_at DESC))[1 : 10]) AS evidence
            FROM dead_letters letter
            JOIN task_lanes lane USING (organization_id, lane_id)
            LEFT JOIN agents agent ON false
            WHERE letter.organization_id = :organization AND letter.died_at > :now - interval '1 hour'
                AND lane.queue <> 'mainstay.recovery'
            """;

    /// A thousand wait, and more than ten times as many as ended within the last minute: working them off
    /// would take more than ten minutes. The last seconds count as if they had been a minute, since a queue
    /// that was empty before has not ended much. Tasks of a type are counted up to a hundred thousand, which takes
    /// some ten milliseconds; a bound at what decides would spare that only where there is an alert, and its words
    /// would not tell how many wait.
    private static final String FLOODED = """
            SELECT NULL AS agent_id, NULL AS node_id, jsonb_build_object('queue', flooded.queue)::text AS labels,
                :now AS began, flooded.tasks::double precision AS value, 0 AS seconds, worked.ended::text AS word,
                jsonb_build_object('table', 'task_ready', 'queue', flooded.queue, 'tasks', flooded.tasks,
                    'endedPerMinute', worked.ended) AS evidence
            FROM (
                SELECT lane.organization_id, lane.queue, sum(ready.tasks) AS tasks
                FROM task_lanes lane
                JOIN queues queue ON queue.organization_id = lane.organization_id AND queue.name = lane.queue
                CROSS JOIN LATERAL (
                    SELECT count(*) AS tasks
                    FROM (
                        SELECT FROM task_ready waiting WHERE waiting.lane_id = lane.lane_id LIMIT 100000) counted) ready
                WHERE lane.organization_id = :organization AND NOT queue.paused
                GROUP BY lane.organization_id, lane.queue
                HAVING sum(ready.tasks) >= 1000) flooded
            CROSS JOIN LATERAL (
                SELECT coalesce(greatest(sum(point.value),
                    5 * sum(point.value) FILTER (WHERE point.at > :now - interval '12 seconds')), 0)::bigint AS ended
                FROM metric_series series
                JOIN performance_metrics point
                    ON point.organization_id = series.organization_id AND point.series_id = series.series_id
                WHERE series.organization_id = flooded.organization_id AND series.agent_id = ''
                    AND series.name = 'task.attempts' AND series.labels ->> 'queue' = flooded.queue
                    AND series.labels ->> 'outcome' IN ('completed', 'dead', 'cancelled')
                    AND point.at > :now - interval '1 minute' AND point.at <= :now) worked
            LEFT JOIN agents agent ON false
            WHERE flooded.tasks > 10 * worked.ended
            """;

    private static final String UNANSWERED = """
            SELECT nullif(recovery.agent_id, '') AS agent_id, lease.node_id,
                jsonb_strip_nulls(jsonb_build_object('cause', recovery.cause, 'queue', nullif(recovery.queue, '')))::text
                    AS labels, :now AS began, NULL::double precision AS value, 0 AS seconds,
                recovery.proposed || ' against ' || recovery.cause AS word,
                jsonb_build_object('table', 'recoveries', 'recovery', recovery.recovery_id, 'action', recovery.proposed,
                    'decision', recovery.outcome) AS evidence
            FROM recoveries recovery
            LEFT JOIN recovery_policies policy ON policy.organization_id = recovery.organization_id
            LEFT JOIN agents agent ON agent.organization_id = recovery.organization_id AND agent.id = recovery.agent_id
            LEFT JOIN agent_leases lease
                ON lease.organization_id = recovery.organization_id AND lease.agent_id = recovery.agent_id
            WHERE recovery.organization_id = :organization AND recovery.ended_at IS NULL
                AND recovery.state = 'approval' AND recovery.approved_by IS NULL
                AND coalesce(policy.mode, 'on') = 'on'
            """;

    private TroubleFindings() {}

    static String select(Trouble trouble) {
        return switch (trouble) {
            case CRASHING, UNSTARTABLE, HANGING, OVERRUNNING, EXHAUSTED -> CRASHES;
            case FAILING, DISCONNECTED, DEPENDENCY, DOWN -> FAILURES;
            case SLOW -> SLOW;
            case LEAKING -> LEAKING;
            case POISONED -> POISONED;
            case FLOODED -> FLOODED;
            case UNANSWERED -> UNANSWERED;
        };
    }

    static String group(Trouble trouble) {
        return trouble == Trouble.POISONED ? "GROUP BY lane.queue" : "";
    }

    static Query bound(Query query, AlertRule rule, Trouble trouble, Instant now) {
        String sql = select(trouble);
        query.bind("now", now.atOffset(ZoneOffset.UTC));
        if (sql.contains(":trouble")) {
            query.bind("trouble", trouble.word());
        }
        if (sql.contains(":rule")) {
            query.bind("rule", rule.name());
        }
        if (sql.contains(":broken")) {
            query.bind("broken", BROKEN);
        }
        return sql.contains(":away") ? query.bind("away", AWAY) : query;
    }
}
