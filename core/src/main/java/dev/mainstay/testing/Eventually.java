package dev.mainstay.testing;

import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.Threads;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/// Waits for what another thread or process brings about and nobody signals: asks again until it holds.
public final class Eventually {
    private static final Duration PAUSE = Duration.ofMillis(10);

    private Eventually() {}

    /// Returns once `condition` holds; fails, naming `what`, when it does not within `bound`.
    public static void holds(String what, Duration bound, BooleanSupplier condition) {
        long giveUp = MonotonicClock.system().nanos() + bound.toNanos();
        while (!condition.getAsBoolean()) {
            if (MonotonicClock.system().nanos() > giveUp) {
                throw new AssertionError("not within " + bound + ": " + what);
            }
            Threads.pause(PAUSE);
        }
    }
}
