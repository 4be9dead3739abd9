package dev.mainstay.postgres.embedded;

import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.Threads;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/// Waits for another process, which gives no signal and can only be looked at. Stateless and thread-safe.
final class Poll {
    private static final Duration PERIOD = Duration.ofMillis(20);

    private Poll() {}

    /// True as soon as `reached` holds, false when it does not within `bound` or the thread is interrupted.
    static boolean until(Duration bound, BooleanSupplier reached) {
        var clock = MonotonicClock.system();
        long start = clock.nanos();
        while (!reached.getAsBoolean()) {
            if (clock.nanos() - start > bound.toNanos() || !Threads.pause(PERIOD)) {
                return false;
            }
        }
        return true;
    }
}
