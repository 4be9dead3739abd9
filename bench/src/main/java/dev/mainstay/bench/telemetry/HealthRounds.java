package dev.mainstay.bench.telemetry;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.lab.Stopwatch;
import dev.mainstay.bench.report.Figures;
import dev.mainstay.bench.report.Samples;
import dev.mainstay.health.HealthEvaluator;
import dev.mainstay.postgres.Organizations;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Judging a thousand agents from an hour of heartbeats, one each ten seconds, of which the last five minutes count.
/// Used by one thread.
final class HealthRounds {
    private static final int AGENTS = 1_000;
    private static final int WARM_UP = 5;

    private final Laboratory laboratory;

    HealthRounds(Laboratory laboratory) {
        this.laboratory = laboratory;
    }

    void run(int rounds, Figures figures) {
        Instant end = laboratory.database().now();
        declare();
        store(end);
        var evaluator = new HealthEvaluator(laboratory.database());
        List<Double> millis = new ArrayList<>();
        for (int round = 0; round < WARM_UP + rounds; round++) {
            var watch = Stopwatch.start();
            int scores = evaluator.evaluate(end.plusMillis(round)).size();
            if (round >= WARM_UP) {
                millis.add(watch.millis());
            }
            if (scores != AGENTS + 1) {
                throw new IllegalStateException("scores of " + AGENTS + " agents and the system, were " + scores);
            }
        }
        figures.addMedian("health1000Ms", Samples.of(millis));
    }

    private void declare() {
        laboratory.execute(
                "TRUNCATE agents, agent_leases, agent_heartbeats",
                """
                INSERT INTO node_sessions (session_id, node_id, started_at, expires_at)
                VALUES ('%1$s', 'judged', now() - interval '1 day', 'infinity')
                """.formatted(Organizations.DEFAULT),
                """
                INSERT INTO agents (organization_id, id, kind, category, source, state, spec, created_at)
                SELECT '%s', 'judged-' || number, 'bench', 'OPERATIONAL', 'code', 'active',
                    '{"heartbeat": "PT10S", "deadline": "PT30S", "schedule": {"every": "PT10S"}}',
                    now() - interval '1 day'
                FROM generate_series(1, %d) AS number
                """.formatted(Organizations.DEFAULT, AGENTS),
                """
                INSERT INTO agent_leases (organization_id, agent_id, session_id, node_id, fence, leased_at)
                SELECT organization_id, id, '%s', 'judged', 1, now() - interval '1 day'
                FROM agents
                """.formatted(Organizations.DEFAULT));
    }

    /// Each agent was also commanded once within the window, and crashed once after that.
    private void store(Instant end) {
        laboratory.execute(
                """
                INSERT INTO agent_heartbeats (organization_id, agent_id, at, fence, sequence, phase, ticks, failures,
                    items, busy_ms, max_ms, late_ms, abandoned)
                SELECT organization_id, id, at, 1, extract(epoch FROM at) / 10, 'heartbeating', 1, 0, 1, 5, 5, 1, 0
                FROM generate_series('%1$s'::timestamptz - interval '1 hour', '%1$s', interval '10 seconds') AS at
                CROSS JOIN agents
                """.formatted(end),
                """
                INSERT INTO system_events (organization_id, at, type, severity, agent_id, detail)
                SELECT organization_id, '%s'::timestamptz - back, type, 'info', id, detail
                FROM agents
                CROSS JOIN (VALUES
                        (interval '4 minutes', 'agent.commanded', '{"command": "resume"}'::jsonb),
                        (interval '3 minutes', 'agent.transition',
                            '{"from": "active", "to": "recovering", "fence": 1, "crash": true}'),
                        (interval '3 minutes', 'agent.transition',
                            '{"from": "recovering", "to": "active", "fence": 1}'))
                    AS told (back, type, detail)
                """.formatted(end),
                """
                WITH series AS (
                    INSERT INTO metric_series (organization_id, agent_id, name, labels)
                    SELECT '%s', 'performance_monitor', name, '{"node": "judged"}'
                    FROM unnest(ARRAY['host.cpu', 'host.memory']) AS name
                    RETURNING *)
                INSERT INTO agent_metrics_1m (organization_id, series_id, bucket, count, sum, min, max, last)
                SELECT organization_id, series_id, bucket, 4, 2, 0, 1, 0.5
                FROM series
                CROSS JOIN generate_series('%s'::timestamptz - interval '1 hour', '%2$s', interval '1 minute') AS bucket
                """.formatted(Organizations.DEFAULT, end),
                "VACUUM ANALYZE agent_heartbeats, system_events, agents, agent_leases");
    }
}
