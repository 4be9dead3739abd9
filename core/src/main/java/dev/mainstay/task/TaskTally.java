package dev.mainstay.task;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/// Counts what became of attempts on this node since it was last read. Thread-safe.
public final class TaskTally {
    private final Map<String, Long> byOutcome = new HashMap<>();
    private long busyNanos;

    synchronized void ended(Ending ending, Instant now) {
        byOutcome.merge(ending.isConfirmed() ? Ending.COMPLETED : ending.outcome(), 1L, Long::sum);
        busyNanos += Duration.between(ending.startedAt(), now).toNanos();
    }

    synchronized void lost() {
        byOutcome.merge("lost", 1L, Long::sum);
    }

    /// Attempts by how they ended (`lost`: the lease was), and how long they took together.
    public record Counts(Map<String, Long> byOutcome, Duration busy) {}

    public synchronized Counts take() {
        Counts counts = new Counts(Map.copyOf(byOutcome), Duration.ofNanos(busyNanos));
        byOutcome.clear();
        busyNanos = 0;
        return counts;
    }
}
