package dev.mainstay.agents.builtin;

import dev.mainstay.postgres.Database;
import dev.mainstay.telemetry.Metric;
import dev.mainstay.telemetry.MetricStore;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/// Latency, error rate and throughput of every agent over a window, derived from heartbeats in one statement and stored
/// under the agent they are of. Thread-safe.
final class AgentRates {
    private static final String STORE = """
            SELECT organization_id, agent_id, sum(ticks), sum(failures), sum(items), sum(busy_ms), max(max_ms)
            FROM agent_heartbeats
            WHERE at > :since AND at <= :until AND ticks > 0
            GROUP BY organization_id, agent_id
            """;

    /// Heartbeats are stored within a second of being sent.
    private static final Duration STORED_WITHIN = Duration.ofSeconds(2);

    private static final double MILLIS = 1e3;

    private final Database database;

    AgentRates(Database database) {
        this.database = database;
    }

    private record Rates(
            UUID organization,
            String agent,
            long ticks,
            long failures,
            long items,
            double busyMillis,
            double maxMillis) {
        Stream<Metric> metrics(Instant at, Duration window) {
            double seconds = window.toMillis() / MILLIS;
            return Stream.of(
                    metric(at, "agent.latency", "ms", busyMillis / ticks),
                    metric(at, "agent.latency.max", "ms", maxMillis),
                    metric(at, "agent.errors", "ratio", (double) failures / ticks),
                    metric(at, "agent.ticks", "1/s", ticks / seconds),
                    metric(at, "agent.throughput", "items/s", items / seconds));
        }

        private Metric metric(Instant at, String name, String unit, double value) {
            return new Metric(organization, agent, name, Map.of(), unit, at, value);
        }
    }

    /// The number of agents that ticked within `window` before `now`; of the others there is nothing to store.
    int store(Instant now, Duration window) {
        Instant at = now.truncatedTo(ChronoUnit.MICROS);
        Instant until = at.minus(STORED_WITHIN);
        return database.write(handle -> {
            List<Rates> rates = handle.createQuery(STORE)
                    .bind("since", until.minus(window).atOffset(ZoneOffset.UTC))
                    .bind("until", until.atOffset(ZoneOffset.UTC))
                    .map((row, context) -> new Rates(
                            row.getObject(1, UUID.class),
                            row.getString(2),
                            row.getLong(3),
                            row.getLong(4),
                            row.getLong(5),
                            row.getDouble(6),
                            row.getDouble(7)))
                    .list();
            MetricStore.store(
                    handle,
                    rates.stream().flatMap(rate -> rate.metrics(at, window)).toList());
            return rates.size();
        });
    }
}
