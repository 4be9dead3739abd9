package dev.mainstay.anomaly.watch;

import java.time.Instant;

/// A stored point. Immutable.
///
/// @param micros since 1970
record RawPoint(long series, long micros, double value) {
    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final long NANOS_PER_MICRO = 1_000;

    long millis() {
        return Math.floorDiv(micros, 1_000);
    }

    Instant at() {
        return Instant.ofEpochSecond(
                Math.floorDiv(micros, MICROS_PER_SECOND), Math.floorMod(micros, MICROS_PER_SECOND) * NANOS_PER_MICRO);
    }
}
