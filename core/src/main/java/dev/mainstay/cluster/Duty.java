package dev.mainstay.cluster;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Work one node does for all, again and again. Idempotent, so that two doing it once in a while is no harm.
///
/// @param period the longest time between two rounds, or between two looks whether there is anything to do; a duty may
///     be woken earlier
/// @param due SQL that tells whether there is anything to do, a boolean; null for a round every period
public record Duty(
        String name, Duration period, Round round, @Nullable String due) {
    /// One round, by the holder of `lease`; a write that must not come late checks it in its own transaction.
    @FunctionalInterface
    public interface Round {
        void run(DutyLease lease) throws Exception;
    }

    public Duty(String name, Duration period, Round round) {
        this(name, period, round, null);
    }
}
