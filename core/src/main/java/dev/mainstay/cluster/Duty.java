package dev.mainstay.cluster;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Work one node does for all, again and again. Idempotent, so that two doing it once in a while is no harm.
///
/// @param period the longest time between two rounds, or between two looks whether there is anything to do; a duty may
///     be woken earlier
/// @param due SQL that tells whether there is anything to do, a boolean, asked for at each look; null for a round
///     every period
public record Duty(
        String name, Duration period, Round round, @Nullable Supplier<String> due) {
    /// One round, by the holder of `lease`; a write that must not come late checks it in its own transaction.
    @FunctionalInterface
    public interface Round {
        void run(DutyLease lease) throws Exception;
    }

    public Duty(String name, Duration period, Round round) {
        this(name, period, round, (Supplier<String>) null);
    }

    /// @param due the same SQL at each look
    public Duty(String name, Duration period, Round round, @Nullable String due) {
        this(name, period, round, same(due));
    }

    private static @Nullable Supplier<String> same(@Nullable String due) {
        if (due == null) {
            return null;
        }
        String sql = due;
        return () -> sql;
    }
}
