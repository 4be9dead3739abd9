package dev.mainstay.task;

import dev.mainstay.telemetry.Metric;
import dev.mainstay.telemetry.Telemetry;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/// Counts how attempts end that this node stores the ends of, and tells it as metrics. Thread-safe.
final class TaskTally {
    private final Map<Key, Count> counts = new HashMap<>();

    /// @param outcome as stored, or `lost` when the lease was
    private record Key(UUID organization, String queue, String type, String outcome) {}

    private static final class Count {
        private long attempts;
        private double millis;
    }

    synchronized void ended(UUID organization, String queue, String type, String outcome, Duration took) {
        Count count = counts.computeIfAbsent(new Key(organization, queue, type, outcome), key -> new Count());
        count.attempts++;
        count.millis += took.toNanos() / 1e6;
    }

    /// What was counted since it was told last.
    synchronized void tell(Telemetry telemetry, Instant now) {
        counts.forEach((key, count) -> {
            Map<String, String> labels = Map.of("queue", key.queue(), "type", key.type(), "outcome", key.outcome());
            telemetry.metric(new Metric(key.organization(), "", "task.attempts", labels, "tasks", now, count.attempts));
            telemetry.metric(new Metric(
                    key.organization(), "", "task.duration", labels, "ms", now, count.millis / count.attempts));
        });
        counts.clear();
    }
}
