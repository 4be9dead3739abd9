package dev.mainstay.postgres;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.RetryPolicy;
import java.time.temporal.ChronoUnit;
import java.util.function.Supplier;

/// Runs a transaction again when it met another one (serialization failure, deadlock, lock not available): such a
/// transaction changed nothing. A commit whose outcome is unknown is never run again.
///
/// Stateless and thread-safe.
final class Conflicts {
    private static final FailsafeExecutor<Object> RETRIED = Failsafe.with(RetryPolicy.builder()
            .handleIf(Failures::isConflict)
            .withMaxRetries(6)
            .withBackoff(10, 500, ChronoUnit.MILLIS)
            .withJitter(0.5)
            .build());

    private Conflicts() {}

    static <R> R retried(Supplier<R> transaction) {
        return RETRIED.get(transaction::get);
    }
}
