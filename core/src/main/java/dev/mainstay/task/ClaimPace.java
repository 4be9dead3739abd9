package dev.mainstay.task;

import dev.mainstay.concurrent.MonotonicClock;
import java.time.Duration;
import java.util.function.IntSupplier;

/// How often a node claims from the beginning of all lanes, which walks over what an old snapshot keeps: of the time
/// between two such claims at most one part in `SHARE` is the claim, unless they would be further apart than `RAREST`.
/// Not thread-safe.
final class ClaimPace {
    private static final int SHARE = 20;
    private static final Duration RAREST = Duration.ofSeconds(10);

    private final MonotonicClock monotonic;
    private long next;

    ClaimPace(MonotonicClock monotonic) {
        this.monotonic = monotonic;
        this.next = monotonic.nanos();
    }

    boolean isDue() {
        return monotonic.nanos() - next >= 0;
    }

    int measured(IntSupplier claim) {
        long began = monotonic.nanos();
        int claimed = claim.getAsInt();
        next = began + Math.min(SHARE * (monotonic.nanos() - began), RAREST.toNanos());
        return claimed;
    }
}
