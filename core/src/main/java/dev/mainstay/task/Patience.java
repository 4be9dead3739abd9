package dev.mainstay.task;

import dev.mainstay.postgres.Database;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/// How long the claims of one pass wait for limits that somebody holds, since other queues wait as well: the first that
/// meets them for longer than claims hold them, those after it hardly. Used by one thread.
final class Patience {
    private static final Duration FIRST = Duration.ofMillis(200);
    private static final Duration LATER = Duration.ofMillis(1);

    private Duration left = FIRST;

    /// What was claimed; nothing where somebody held the limits for longer.
    ///
    /// @param claim by how long it may wait
    <T> List<T> claim(Function<Duration, List<T>> claim) {
        try {
            return claim.apply(left);
        } catch (RuntimeException e) {
            if (!Database.isConflict(e)) {
                throw e;
            }
            left = LATER;
            return List.of();
        }
    }
}
