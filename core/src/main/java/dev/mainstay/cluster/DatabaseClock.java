package dev.mainstay.cluster;

import dev.mainstay.concurrent.MonotonicClock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// The database's time, carried forward on this process's monotonic clock between two renewals, so that a wrong or
/// stepping wall clock of the node changes nothing. Thread-safe.
public final class DatabaseClock implements InstantSource {
    private static final Duration LONGEST_WAY = Duration.ofSeconds(1);

    private final MonotonicClock monotonic;
    private volatile Reading reading;

    private record Reading(Instant at, long nanos) {}

    public DatabaseClock(MonotonicClock monotonic, Instant databaseTime) {
        this.monotonic = monotonic;
        this.reading = new Reading(databaseTime, monotonic.nanos());
    }

    /// The database said `databaseTime` somewhere between these two moments; the middle is the best guess. One of an
    /// answer that took long, or was read late because the process was stopped, is a worse guess than the last.
    void read(Instant databaseTime, long sentNanos, long answeredNanos) {
        if (answeredNanos - sentNanos > LONGEST_WAY.toNanos()) {
            return;
        }
        reading = new Reading(databaseTime, sentNanos + (answeredNanos - sentNanos) / 2);
    }

    @Override
    public Instant instant() {
        Reading last = reading;
        return last.at().plusNanos(monotonic.nanos() - last.nanos());
    }
}
