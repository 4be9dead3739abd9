package dev.mainstay.slo;

import java.util.Locale;

/// What is counted. Immutable and thread-safe.
public enum Indicator {
    /// Ticks of an agent, or attempts at tasks of a queue: good when they did not fail.
    SUCCESS,
    /// The same: good when they took no longer than a bound.
    LATENCY,
    /// Minutes in which an agent should run: good when it was heard throughout.
    HEARTBEAT,
    /// Points of a metric of an agent: good at most at a bound.
    COST,
    /// Points of a metric of an agent: good at least at a bound.
    QUALITY;

    private final String word = name().toLowerCase(Locale.ROOT);

    public String word() {
        return word;
    }

    static Indicator of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }

    boolean isOfQueues() {
        return this == SUCCESS || this == LATENCY;
    }

    boolean isOfMetric() {
        return this == COST || this == QUALITY;
    }
}
