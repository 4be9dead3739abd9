package dev.mainstay.postgres;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.RetryPolicy;
import java.time.temporal.ChronoUnit;
import java.util.function.Supplier;

/// Runs work again when that is sure to be right: a transaction that met another one (serialization failure,
/// deadlock, lock not available) or lost its connection before its commit changed nothing. A commit whose outcome is
/// unknown is never run again.
///
/// Stateless and thread-safe.
final class Again {
    private static final FailsafeExecutor<Object> TRANSACTION = Failsafe.with(RetryPolicy.builder()
            .handleIf(failure -> Failures.isConflict(failure) || Failures.isCutOff(failure))
            .withMaxRetries(6)
            .withBackoff(10, 500, ChronoUnit.MILLIS)
            .withJitter(0.5)
            .build());
    // As many as a pool can hold connections that a restart of the database has cut off.
    private static final FailsafeExecutor<Object> READ = Failsafe.with(RetryPolicy.builder()
            .handleIf(Failures::isCutOff)
            .withMaxRetries(6)
            .withDelay(1, 20, ChronoUnit.MILLIS)
            .build());

    private Again() {}

    static <R> R transaction(Supplier<R> transaction) {
        return TRANSACTION.get(transaction::get);
    }

    /// For work that reads only, or whose conflicts are the caller's.
    static <R> R reading(Supplier<R> read) {
        return READ.get(read::get);
    }
}
