package dev.mainstay.advice;

import dev.mainstay.AgentRef;
import dev.mainstay.config.Durations;
import dev.mainstay.postgres.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// A deadline far above the longest tick of a week: a tick that hangs is noticed late. The figure is the share of
/// failed ticks, which a shorter deadline must not raise. Stateless and thread-safe.
final class DeadlineTooLong implements Adviser {
    private static final Duration WINDOW = Duration.ofDays(7);
    private static final long SHORTEST = 30;
    private static final double ROOM = 5;
    private static final double TOLERATED = 0.01;

    private static final String FIND = """
            SELECT organization_id, agent.id AS agent_id, agent.spec ->> 'deadline' AS setting, deadline,
                max(hour.max) FILTER (WHERE series.name = 'agent.latency.max') / 1000 AS longest,
                count(*) FILTER (WHERE series.name = 'agent.latency.max') AS hours,
                sum(hour.sum) FILTER (WHERE series.name = 'agent.errors')
                    / sum(hour.count) FILTER (WHERE series.name = 'agent.errors') AS errors
            FROM agents agent
            JOIN metric_series series USING (organization_id)
            JOIN agent_metrics_1h hour USING (organization_id, series_id)
            CROSS JOIN LATERAL (
                SELECT extract(epoch FROM CAST(agent.spec ->> 'deadline' AS interval)) AS deadline) AS configured
            WHERE series.agent_id = agent.id AND series.name IN ('agent.latency.max', 'agent.errors')
                AND agent.desired = 'running' AND deadline > 60
                AND hour.bucket > :since AND hour.bucket <= :until
            GROUP BY organization_id, agent.id, deadline
            HAVING count(*) FILTER (WHERE series.name = 'agent.latency.max') >= 24
                AND deadline > 20 * max(hour.max) FILTER (WHERE series.name = 'agent.latency.max') / 1000
            """;

    private static final String MEASURE = """
            SELECT sum(hour.sum) / sum(hour.count) AS errors
            FROM metric_series series
            JOIN agent_metrics_1h hour USING (organization_id, series_id)
            WHERE series.organization_id = :organization AND series.agent_id = :agent AND series.name = 'agent.errors'
                AND hour.bucket > :since AND hour.bucket <= :until
            """;

    @Override
    public String kind() {
        return "deadline-too-long";
    }

    @Override
    public String setting() {
        return "agent.spec ->> 'deadline'";
    }

    @Override
    public Duration verifiedAfter() {
        return Duration.ofDays(1);
    }

    @Override
    public List<Proposal> find(Handle handle, Instant now) {
        return handle.createQuery(FIND)
                .bind("since", now.minus(WINDOW).atOffset(ZoneOffset.UTC))
                .bind("until", now.atOffset(ZoneOffset.UTC))
                .map((row, context) -> proposal(row))
                .list();
    }

    private static Proposal proposal(ResultSet row) throws SQLException {
        double deadline = row.getDouble("deadline");
        double longest = row.getDouble("longest");
        double errors = row.getDouble("errors");
        Duration proposed = Duration.ofSeconds(Math.max(SHORTEST, (long) Math.ceil(ROOM * longest)));
        return new Proposal(
                new AgentRef(Columns.uuid(row, "organization_id"), row.getString("agent_id")),
                String.format(
                        Locale.ROOT,
                        "the longest tick of a week took %.1f s, the deadline is %.0f s; set deadline: %s",
                        longest,
                        deadline,
                        Durations.format(proposed)),
                String.format(
                        Locale.ROOT,
                        "a tick that hangs is noticed after %s instead of %.0f s, and no more ticks fail than %.1f %%",
                        Durations.format(proposed),
                        deadline,
                        100 * errors),
                row.getString("setting"),
                proposed.toString(),
                "ratio",
                errors,
                errors,
                errors + TOLERATED,
                Map.of(
                        "table",
                        "agent_metrics_1h",
                        "window",
                        WINDOW.toString(),
                        "hours",
                        row.getLong("hours"),
                        "longestTickSeconds",
                        longest));
    }

    @Override
    public @Nullable Double measure(
            Handle handle, AgentRef agent, Map<String, Object> evidence, Instant since, Instant until) {
        return handle.createQuery(MEASURE)
                .bind("organization", agent.organization())
                .bind("agent", agent.id())
                .bind("since", since.atOffset(ZoneOffset.UTC))
                .bind("until", until.atOffset(ZoneOffset.UTC))
                .map((row, context) -> Columns.nullableDouble(row, "errors"))
                .one();
    }
}
