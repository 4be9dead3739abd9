package dev.mainstay.message;

import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.TimerWheel;
import java.time.Duration;

/// Runs something after a while, unless it is cancelled before. Thread-safe.
record Deadlines(TimerWheel wheel, MonotonicClock monotonic) {
    /// Returns what cancels it; `action` must be quick.
    Runnable in(Duration after, Runnable action) {
        TimerWheel.Timer timer = new TimerWheel.Timer(action);
        wheel.schedule(timer, monotonic.nanos() + after.toNanos());
        return () -> wheel.cancel(timer);
    }
}
