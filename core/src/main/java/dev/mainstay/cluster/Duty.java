package dev.mainstay.cluster;

import java.time.Duration;

/// Work one node does for all, again and again. Idempotent, so that two doing it once in a while is no harm.
///
/// @param period the longest time between two rounds; a duty may be woken earlier
public record Duty(String name, Duration period, Round round) {
    /// One round, by the holder of `lease`; a write that must not come late checks it in its own transaction.
    @FunctionalInterface
    public interface Round {
        void run(DutyLease lease) throws Exception;
    }
}
