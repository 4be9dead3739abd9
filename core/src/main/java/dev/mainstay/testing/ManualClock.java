package dev.mainstay.testing;

import dev.mainstay.concurrent.MonotonicClock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/// A clock that moves only when a test says so, as wall clock and as monotonic clock. Thread-safe.
public final class ManualClock implements InstantSource, MonotonicClock {
    private final Instant start;
    private final AtomicLong elapsed = new AtomicLong();

    public ManualClock(Instant start) {
        this.start = start;
    }

    public static ManualClock atEpoch() {
        return new ManualClock(Instant.EPOCH);
    }

    public void advance(Duration duration) {
        elapsed.addAndGet(duration.toNanos());
    }

    @Override
    public Instant instant() {
        return start.plusNanos(elapsed.get());
    }

    @Override
    public long nanos() {
        return elapsed.get();
    }
}
