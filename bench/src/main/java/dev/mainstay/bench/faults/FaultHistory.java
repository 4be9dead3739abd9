package dev.mainstay.bench.faults;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.postgres.Partitions;
import java.time.Duration;
import java.time.Instant;

/// What the agents of a campaign have measured in the hours before, as [FaultyAgent] would have reported it: what is
/// usual must be known before it can be told from what is not. Immutable.
///
/// @param interval of the ticks that reported
record FaultHistory(Laboratory laboratory, int agents, int controls, Duration interval) {
    private static final Duration LENGTH = Duration.ofHours(2);

    void store() {
        Instant to = laboratory.database().now();
        new Partitions(laboratory.database()).create(to.minus(LENGTH), to.plus(Duration.ofDays(1)));
        laboratory.execute(series(), points(), "ANALYZE");
        Reporting.say("%d agents have measured for %s".formatted(agents + controls, LENGTH));
    }

    private String series() {
        return """
                INSERT INTO metric_series (organization_id, agent_id, name, unit, created_at)
                SELECT '%s', agent, metric.name, metric.unit, now() - interval '%d seconds'
                FROM (
                    SELECT 'agent-' || lpad(number::text, 3, '0') FROM generate_series(0, %d - 1) AS number
                    UNION ALL
                    SELECT 'control-' || lpad(number::text, 3, '0') FROM generate_series(0, %d - 1) AS number) AS id (agent)
                CROSS JOIN (VALUES ('%s', ''), ('%s', ''), ('%s', 'USD')) AS metric (name, unit)
                """.formatted(
                        Organizations.DEFAULT,
                        LENGTH.toSeconds(),
                        agents,
                        controls,
                        FaultKind.FLAT_LINE.metric(),
                        FaultKind.DRIFT.metric(),
                        FaultKind.COST_SPIKE.metric());
    }

    private String points() {
        return """
                INSERT INTO performance_metrics (organization_id, series_id, at, value)
                SELECT organization_id, series_id, at,
                    CASE name WHEN '%s' THEN 1 + 0.1 * (2 * random() - 1)
                        ELSE 100 + 20 * sin(extract(epoch FROM at) / %s * 2 * pi()) + 2 * (2 * random() - 1) END
                FROM generate_series(now() - interval '%d seconds', now(), interval '%d milliseconds') AS at,
                    metric_series
                """.formatted(
                        FaultKind.COST_SPIKE.metric(), FaultyAgent.SEASON, LENGTH.toSeconds(), interval.toMillis());
    }
}
