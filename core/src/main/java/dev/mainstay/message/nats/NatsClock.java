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
    // It is read once a second; longer than this, and NATS was away.
    private static final long SILENCE = 3_000_000;

    private final MonotonicClock monotonic;
    private long offset = Long.MIN_VALUE;
    private long read;
    private long awayUntil;

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
        boolean isFirst = offset == Long.MIN_VALUE;
        boolean isSetBack = offset - found > SET_BACK;
        boolean wasAway = !isFirst && (nanos - read) / 1_000 > SILENCE;
        offset = isFirst || isSetBack ? found : Math.max(found, offset - DRIFT);
        read = nanos;
        awayUntil = wasAway ? now() + SILENCE : awayUntil;
    }

    /// When it had been back for a while after it was away last, so that whoever lives could show it; 0 for never.
    synchronized long awayUntil() {
        return awayUntil;
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
