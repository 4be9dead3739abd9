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

/// Ticks that take nearly as long as the interval between them, and start late: the figure is how late. Stateless and
/// thread-safe.
final class IntervalTooShort implements Adviser {
    private static final Duration WINDOW = Duration.ofHours(1);
    private static final double MILLIS = 1e3;
    private static final double SHARE = 0.1;

    private static final String FIND = """
            SELECT organization_id, agent.id AS agent_id, agent.spec -> 'schedule' ->> 'every' AS setting, every,
                sum(beat.ticks) AS ticks, sum(beat.busy_ms) / sum(beat.ticks) AS mean_ms, avg(beat.late_ms) AS late_ms
            FROM agents agent
            JOIN agent_heartbeats beat USING (organization_id)
            CROSS JOIN LATERAL (
                SELECT extract(epoch FROM CAST(agent.spec -> 'schedule' ->> 'every' AS interval)) AS every) AS configured
            WHERE beat.agent_id = agent.id AND agent.desired = 'running' AND every IS NOT NULL
                AND beat.at > :since AND beat.at <= :until AND beat.ticks > 0
            GROUP BY organization_id, agent.id, every
            HAVING sum(beat.ticks) >= 100 AND sum(beat.busy_ms) / sum(beat.ticks) > 800 * every
                AND avg(beat.late_ms) > 100 * every
            """;

    private static final String MEASURE = """
            SELECT avg(late_ms) AS late_ms
            FROM agent_heartbeats
            WHERE organization_id = :organization AND agent_id = :agent AND at > :since AND at <= :until AND ticks > 0
            """;

    @Override
    public String kind() {
        return "interval-too-short";
    }

    @Override
    public String setting() {
        return "agent.spec -> 'schedule' ->> 'every'";
    }

    @Override
    public Duration verifiedAfter() {
        return WINDOW;
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
        double every = row.getDouble("every");
        double mean = row.getDouble("mean_ms") / MILLIS;
        double late = row.getDouble("late_ms");
        Duration proposed = Duration.ofSeconds((long) Math.ceil(2 * mean));
        return new Proposal(
                new AgentRef(Columns.uuid(row, "organization_id"), row.getString("agent_id")),
                String.format(
                        Locale.ROOT,
                        "ticks take %.1f s on average and are due every %.1f s, so they start %.1f s late; set every: %s",
                        mean,
                        every,
                        late / MILLIS,
                        Durations.format(proposed)),
                String.format(Locale.ROOT, "ticks start less than %.1f s late", late * SHARE / MILLIS),
                row.getString("setting"),
                proposed.toString(),
                "ms",
                late,
                late * SHARE,
                late * (1 + SHARE) / 2,
                Map.of(
                        "table",
                        "agent_heartbeats",
                        "window",
                        WINDOW.toString(),
                        "ticks",
                        row.getLong("ticks"),
                        "meanTickSeconds",
                        mean,
                        "lateMs",
                        late));
    }

    @Override
    public @Nullable Double measure(
            Handle handle, AgentRef agent, Map<String, Object> evidence, Instant since, Instant until) {
        return handle.createQuery(MEASURE)
                .bind("organization", agent.organization())
                .bind("agent", agent.id())
                .bind("since", since.atOffset(ZoneOffset.UTC))
                .bind("until", until.atOffset(ZoneOffset.UTC))
                .map((row, context) -> Columns.nullableDouble(row, "late_ms"))
                .one();
    }
}
