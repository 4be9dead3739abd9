package dev.mainstay.anomaly.watch;

import dev.mainstay.anomaly.AnomalyDetector;
import dev.mainstay.config.Default;
import dev.mainstay.config.Doc;
import java.util.List;

/// Which series are watched, and how often they may give a false alarm. Immutable, thread-safe, and valid by
/// construction.
///
/// @param watch names of metrics, or beginnings of names followed by `*`; of agents' series alone
/// @param series each takes about 16 KB of the leading node's heap
public record AnomalySettings(
        @Default("true") @Doc("Whether series are watched at all.")
        boolean enabled,

        @Default("0.25") @Doc("False alarms that are acceptable, per series and week.")
        double budget,

        @Default("*") @Doc("Metrics of agents that are watched: names, or beginnings of names followed by *.")
        List<String> watch,

        @Default("agent.ticks, agent.latency.max, health.score, fleet.*, anomaly.*")
        @Doc("Those of them that are not watched.")
        List<String> ignore,

        @Default("10000") @Doc("At most so many series, each 16 KB in memory; an event tells when there are more.")
        int series,

        @Default("100") @Doc("At most so many series of one metric of one agent, which differ in their labels.")
        int labels) {
    private static final double MOST_BUDGET = 10_000;

    public static final AnomalySettings DEFAULT = new AnomalySettings(
            true,
            AnomalyDetector.DEFAULT_BUDGET,
            List.of("*"),
            List.of("agent.ticks", "agent.latency.max", "health.score", "fleet.*", "anomaly.*"),
            10_000,
            100);

    public AnomalySettings {
        watch = List.copyOf(watch);
        ignore = List.copyOf(ignore);
        if (!(budget > 0 && budget <= MOST_BUDGET)) {
            throw new IllegalArgumentException(
                    "budget must be above 0 and at most 10000 false alarms a week, was " + budget);
        }
        if (series < 1) {
            throw new IllegalArgumentException("series must be at least 1, was " + series);
        }
        if (labels < 1) {
            throw new IllegalArgumentException("labels must be at least 1, was " + labels);
        }
    }

    /// Whether series of this metric are to be watched.
    boolean wants(String metric) {
        return watch.stream().anyMatch(pattern -> matches(pattern, metric))
                && ignore.stream().noneMatch(pattern -> matches(pattern, metric));
    }

    private static boolean matches(String pattern, String metric) {
        return pattern.endsWith("*")
                ? metric.startsWith(pattern.substring(0, pattern.length() - 1))
                : metric.equals(pattern);
    }
}
