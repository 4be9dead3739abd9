package dev.mainstay.message.nats;

import dev.mainstay.concurrent.MonotonicClock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// NATS' own time: it tells none but of what it stores, so each moment of storing, and what has passed since the
/// answer, is
/// the earliest it can be now. The latest of these is taken; it is behind by the way of the quickest answer.
/// Thread-safe.
final class NatsClock {
    // More than this it does not go wrong by itself: the server's clock was set back.
    private static final long SET_BACK = 1_000_000;
    // Two clocks drift apart; so much is forgotten with every reading.
    private static final long DRIFT = 50;

    private final MonotonicClock monotonic;
    private long offset = Long.MIN_VALUE;
    private long read;

    NatsClock(MonotonicClock monotonic) {
        this.monotonic = monotonic;
    }

    /// A moment to be told to [#read] with what was stored before it.
    long nanos() {
        return monotonic.nanos();
    }

    /// @param nanos when the server had answered that it is stored
    synchronized void read(Instant stored, long nanos) {
        long found = micros(stored) - nanos / 1_000;
        boolean isSetBack = offset - found > SET_BACK;
        offset = offset == Long.MIN_VALUE || isSetBack ? found : Math.max(found, offset - DRIFT);
        read = nanos;
    }

    /// Microseconds since 1970.
    synchronized long now() {
        return offset + monotonic.nanos() / 1_000;
    }

    /// Microseconds since the clock was read.
    synchronized long age() {
        return (monotonic.nanos() - read) / 1_000;
    }

    static long micros(Instant moment) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, moment);
    }
}
