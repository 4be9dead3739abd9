package dev.mainstay.advice;

import dev.mainstay.AgentRef;
import dev.mainstay.postgres.Columns;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Six hours of the day or more in which the ticks of a week found nothing to do, while in others they did. The figure
/// is the number of ticks a day in these hours. Stateless and thread-safe.
final class IdleHours implements Adviser {
    private static final Duration WINDOW = Duration.ofDays(7);
    private static final int DAY = 24;
    private static final int LEAST_IDLE = 6;
    private static final int LEAST_BUSY = 4;
    private static final double LEAST_TICKS = 100;
    private static final String FROM = "fromHour";
    private static final String HOURS = "hours";

    /// An hour of the day counts when there are six days of it.
    private static final String FIND = """
            SELECT organization_id, agent.id AS agent_id, (agent.spec -> 'schedule')::text AS setting,
                extract(hour FROM hour.bucket AT TIME ZONE 'UTC')::integer AS of_day,
                max(hour.max) FILTER (WHERE series.name = 'agent.throughput') AS items,
                3600 * avg(hour.sum / hour.count) FILTER (WHERE series.name = 'agent.ticks') AS ticks
            FROM agents agent
            JOIN metric_series series USING (organization_id)
            JOIN agent_metrics_1h hour USING (organization_id, series_id)
            WHERE series.agent_id = agent.id AND series.name IN ('agent.throughput', 'agent.ticks')
                AND agent.desired = 'running' AND agent.spec -> 'schedule' ->> 'every' IS NOT NULL
                AND hour.bucket > :since AND hour.bucket <= :until
            GROUP BY organization_id, agent.id, of_day
            HAVING count(*) FILTER (WHERE series.name = 'agent.throughput') >= 6
            ORDER BY organization_id, agent.id, of_day
            """;

    /// An hour without a tick has no row.
    private static final String MEASURE = """
            SELECT 3600 * coalesce(sum(hour.sum / hour.count) FILTER (
                    WHERE mod(extract(hour FROM hour.bucket AT TIME ZONE 'UTC')::integer - :from + 24, 24) < :hours), 0)
                / :days AS ticks,
                count(*) AS counted
            FROM metric_series series
            JOIN agent_metrics_1h hour USING (organization_id, series_id)
            WHERE series.organization_id = :organization AND series.agent_id = :agent AND series.name = 'agent.ticks'
                AND hour.bucket >= :since AND hour.bucket < :until
            """;

    private record Hour(AgentRef agent, String setting, int ofDay, double items, double ticks) {}

    @Override
    public String kind() {
        return "idle-hours";
    }

    @Override
    public String setting() {
        return "(agent.spec -> 'schedule')::text";
    }

    @Override
    public Duration verifiedAfter() {
        return Duration.ofDays(1);
    }

    @Override
    public List<Proposal> find(Handle handle, Instant now) {
        Map<AgentRef, List<Hour>> byAgent = new LinkedHashMap<>();
        handle.createQuery(FIND)
                .bind("since", now.minus(WINDOW).atOffset(ZoneOffset.UTC))
                .bind("until", now.atOffset(ZoneOffset.UTC))
                .map((row, context) -> new Hour(
                        new AgentRef(Columns.uuid(row, "organization_id"), row.getString("agent_id")),
                        row.getString("setting"),
                        row.getInt("of_day"),
                        row.getDouble("items"),
                        row.getDouble("ticks")))
                .forEach(hour -> byAgent.computeIfAbsent(hour.agent(), _ -> new ArrayList<>())
                        .add(hour));
        List<Proposal> proposals = new ArrayList<>();
        byAgent.values().forEach(hours -> proposal(hours).ifPresent(proposals::add));
        return proposals;
    }

    private static Optional<Proposal> proposal(List<Hour> hours) {
        double[] ticks = new double[DAY];
        boolean[] isIdle = new boolean[DAY];
        int busy = 0;
        for (Hour hour : hours) {
            isIdle[hour.ofDay()] = hour.items() == 0;
            ticks[hour.ofDay()] = hour.ticks();
            busy += hour.items() > 0 ? 1 : 0;
        }
        int from = 0;
        int length = 0;
        for (int begin = 0; begin < DAY; begin++) {
            int run = 0;
            while (run < DAY && isIdle[(begin + run) % DAY]) {
                run++;
            }
            if (run > length) {
                from = begin;
                length = run;
            }
        }
        double wasted = 0;
        for (int i = 0; i < length; i++) {
            wasted += ticks[(from + i) % DAY];
        }
        return length < LEAST_IDLE || busy < LEAST_BUSY || wasted < LEAST_TICKS
                ? Optional.empty()
                : Optional.of(proposal(hours.getFirst(), from, length, wasted));
    }

    private static Proposal proposal(Hour any, int from, int length, double wasted) {
        int to = (from + length) % DAY;
        String hours = String.format(Locale.ROOT, "%02d:00 to %02d:00 UTC", from, to);
        return new Proposal(
                any.agent(),
                String.format(
                        Locale.ROOT,
                        "from %s no tick of a week had anything to do; set a cron without these hours instead of every",
                        hours),
                String.format(Locale.ROOT, "%.0f ticks a day are saved", wasted),
                any.setting(),
                "not from " + hours,
                "ticks a day",
                wasted,
                0,
                wasted / 2,
                Map.of("table", "agent_metrics_1h", "window", WINDOW.toString(), FROM, from, HOURS, length));
    }

    @Override
    public @Nullable Double measure(
            Handle handle, AgentRef agent, Map<String, Object> evidence, Instant since, Instant until) {
        return handle.createQuery(MEASURE)
                .bind("organization", agent.organization())
                .bind("agent", agent.id())
                .bind("from", number(evidence, FROM))
                .bind("hours", number(evidence, HOURS))
                .bind("since", since.atOffset(ZoneOffset.UTC))
                .bind("until", until.atOffset(ZoneOffset.UTC))
                .bind("days", Duration.between(since, until).toMillis() / 86_400_000.0)
                .map((row, context) -> row.getLong("counted") == 0 ? null : Columns.nullableDouble(row, "ticks"))
                .one();
    }

    private static int number(Map<String, Object> evidence, String key) {
        return evidence.get(key) instanceof Number number ? number.intValue() : 0;
    }
}
