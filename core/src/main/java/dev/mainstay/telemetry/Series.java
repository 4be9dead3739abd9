package dev.mainstay.telemetry;

import java.util.UUID;

/// One (agent, metric name, labels): its rows carry its number only. Thread-safe.
final class Series {
    private static final long UNKNOWN = 0;

    private final Key key;
    private final String unit;
    private volatile long id = UNKNOWN;
    private volatile boolean refused;

    /// @param labels JSON with sorted keys, so that equal labels are one series
    record Key(UUID organization, String agent, String name, String labels) {}

    Series(Key key, String unit) {
        this.key = key;
        this.unit = unit;
    }

    Key key() {
        return key;
    }

    String unit() {
        return unit;
    }

    long id() {
        return id;
    }

    boolean isKnown() {
        return id != UNKNOWN;
    }

    /// PostgreSQL does not take its name, labels or unit, so its points are dropped from now on.
    void refuse() {
        refused = true;
    }

    boolean isRefused() {
        return refused;
    }

    void known(long number) {
        this.id = number;
    }
}
