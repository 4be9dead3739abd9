package dev.mainstay.bench.lab;

import dev.mainstay.concurrent.MonotonicClock;

/// Time passed since it was started. Immutable and thread-safe.
public final class Stopwatch {
    private static final double NANOS_PER_SECOND = 1e9;

    private final MonotonicClock clock = MonotonicClock.system();
    private final long started = clock.nanos();

    public static Stopwatch start() {
        return new Stopwatch();
    }

    private Stopwatch() {}

    public double seconds() {
        return (clock.nanos() - started) / NANOS_PER_SECOND;
    }

    public double millis() {
        return seconds() * 1e3;
    }
}
