package dev.mainstay.postgres;

import dev.mainstay.concurrent.MonotonicClock;
import java.time.Duration;

/// How fast signals may follow each other: one each three milliseconds in the long run, ten at once after a while with
/// few. Not thread-safe.
final class SignalPace {
    private static final int AT_ONCE = 10;
    private static final Duration APART = Duration.ofMillis(3);
    private static final long SPARE = (AT_ONCE - 1) * APART.toNanos();

    private final MonotonicClock clock;
    private long spent;

    SignalPace(MonotonicClock clock) {
        this.clock = clock;
        this.spent = clock.nanos() - SPARE;
    }

    /// Counts one that was sent; how long to wait before the next.
    Duration sent() {
        long now = clock.nanos();
        spent = Math.max(spent, now - SPARE) + APART.toNanos();
        return Duration.ofNanos(Math.max(0, spent - now));
    }
}
