package dev.mainstay.agent;

import java.time.Duration;

/// Decides which failures of an agent's work are worth a line in the log: the first, one a minute while they go on, and
/// the success that ends them. Guarded by its runner.
final class FailureLog {
    private static final long REMINDER_NANOS = Duration.ofMinutes(1).toNanos();

    private boolean failing;
    private long toldAt;

    /// @param now in nanoseconds of the node's monotonic clock
    boolean isNews(boolean failed, long now) {
        if (!failed) {
            boolean ended = failing;
            failing = false;
            return ended;
        }
        if (failing && now - toldAt < REMINDER_NANOS) {
            return false;
        }
        failing = true;
        toldAt = now;
        return true;
    }
}
