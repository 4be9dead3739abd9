package dev.mainstay.bench.api;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.postgres.Partitions;
import java.time.Duration;
import java.time.Instant;

/// A fleet that has run for a month, made by SQL: agents with leases and health, their heartbeats, events, metrics and
/// roll-ups, in the order of time as a running fleet would have stored them. Immutable.
///
/// @param agents how many
/// @param rows of raw metrics, over all days and series
record History(int agents, long rows) {
    static final int DAYS = 30;
    static final String METRIC = "tick.duration";
    private static final int SERIES_AN_AGENT = 2;
    private static final Duration MONTH = Duration.ofDays(DAYS);

    private static final String LEASES = """
            INSERT INTO agent_leases (organization_id, agent_id, fence, node_id, beat_at, sequence, phase, ticks,
                items, last_duration_ms)
            SELECT organization_id, id, 1, 'node-1', now(), 1000, 'heartbeating', 1000, 5000, 12.5
            FROM agents
            """;
    private static final String HEALTH = """
            INSERT INTO agent_health (organization_id, agent_id, at, score)
            SELECT organization_id, id, now(), 97
            FROM agents
            """;
    private static final String HEARTBEATS = """
            INSERT INTO agent_heartbeats (organization_id, agent_id, at, fence, sequence, phase, ticks, failures,
                items, busy_ms, max_ms, late_ms, abandoned)
            SELECT organization_id, id, at, 1, 1, 'heartbeating', 1, 0, 5, 12.5, 12.5, 1.5, 0
            FROM generate_series(now() - interval '1 hour', now(), '10 seconds') AS at, agents
            """;
    private static final String EVENTS = """
            INSERT INTO system_events (organization_id, at, type, severity, agent_id, cause)
            SELECT organization_id, at, 'agent.transition', 'info', id, 'started'
            FROM generate_series(now() - interval '%d days', now(), '1 day') AS at, agents
            """.formatted(DAYS);
    private static final String SERIES = """
            INSERT INTO metric_series (organization_id, agent_id, name, unit)
            SELECT organization_id, id, name, 'ms'
            FROM agents, unnest(ARRAY['%s', 'queue.wait']) AS name
            ORDER BY id
            """.formatted(METRIC);
    private static final String ROLL_UP = """
            INSERT INTO %s (organization_id, series_id, bucket, count, sum, min, max, last)
            SELECT organization_id, series_id, date_trunc('%s', at), count(*), sum(value), min(value), max(value),
                max(value)
            FROM performance_metrics
            GROUP BY 1, 2, 3
            """;

    /// A task with a hundred thousand events: half of them attempts, half of them steps.
    private static final String LONG_TASK = """
            WITH lane AS (
                INSERT INTO task_lanes (organization_id, queue, type)
                VALUES ('%s', 'long', 'long')
                RETURNING organization_id, lane_id),
            task AS (
                INSERT INTO tasks (organization_id, id, lane_id, payload, state, fence, created_at, started_at, ended_at,
                    worker)
                SELECT organization_id, task_new_id(), lane_id, '{}', 'completed', 50000, now() - interval '1 hour',
                    now() - interval '1 hour', now(), 'node-1'
                FROM lane
                RETURNING organization_id, id, created_at),
            attempt AS (
                INSERT INTO task_attempts (organization_id, task_id, fence, outcome, worker, started_at, ended_at)
                SELECT organization_id, id, number, 'snoozed', 'node-1', created_at + number * interval '20 ms',
                    created_at + number * interval '20 ms' + interval '10 ms'
                FROM task, generate_series(1, 50000) AS number)
            INSERT INTO task_steps (organization_id, task_id, position, name, kind, fence, started_at, ended_at, result)
            SELECT organization_id, id, number, 'row ' || number, 'step', number + 1,
                created_at + number * interval '20 ms', created_at + number * interval '20 ms' + interval '10 ms',
                to_jsonb(number)
            FROM task, generate_series(0, 49999) AS number
            """.formatted(Organizations.DEFAULT);

    /// The id of the agent of this number, counted from 1.
    static String agent(int number) {
        return "agent-%04d".formatted(number);
    }

    /// Fills the empty database of `laboratory`.
    void store(Laboratory laboratory) {
        Instant to = laboratory.database().now();
        new Partitions(laboratory.database()).create(to.minus(MONTH), to.plus(Duration.ofDays(1)));
        Reporting.say("storing a month of %d agents".formatted(agents));
        laboratory.execute(LONG_TASK, declarations(), LEASES, HEALTH, HEARTBEATS, EVENTS, SERIES);
        Reporting.say("storing %d metric rows and their roll-ups".formatted(rows));
        laboratory.execute(
                points(),
                ROLL_UP.formatted("agent_metrics_1m", "minute"),
                ROLL_UP.formatted("agent_metrics_1h", "hour"));
        laboratory.execute("VACUUM (ANALYZE)", "CHECKPOINT");
    }

    private Duration step() {
        return MONTH.dividedBy(Math.max(1, rows / agents / SERIES_AN_AGENT));
    }

    private String declarations() {
        return """
                INSERT INTO agents (organization_id, id, kind, category, description, capabilities, source, spec, state)
                SELECT '%s', 'agent-' || lpad(number::text, 4, '0'), 'bench', 'OPERATIONAL', 'watches shop ' || number,
                    ARRAY['prices', 'stock'], 'code', '{"every": "PT10S"}', 'active'
                FROM generate_series(1, %d) AS number
                """.formatted(Organizations.DEFAULT, agents);
    }

    private String points() {
        return """
                INSERT INTO performance_metrics (organization_id, series_id, at, value)
                SELECT organization_id, series_id, at, 10 + series_id %% 7 + extract(epoch FROM at)::bigint %% 60
                FROM generate_series(now() - interval '%1$d days', now() - interval '%2$d milliseconds',
                        interval '%2$d milliseconds') AS at, metric_series
                """.formatted(DAYS, step().toMillis());
    }
}
