package dev.mainstay.postgres;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/// How long history is kept before its partitions are dropped. A task that has not ended and a message that waits or
/// is a dead letter are kept whatever their age; the fires of schedules are kept as long as tasks. Alerts have no
/// partitions: their rows are deleted, with what belongs to them, so long after their end.
///
/// Immutable and thread-safe.
public record Retention(
        Duration heartbeats,
        Duration metrics,
        Duration minutes,
        Duration hours,
        Duration events,
        Duration tasks,
        Duration messages,
        Duration alerts) {
    public static final Retention DEFAULT = new Retention(
            Duration.ofDays(2),
            Duration.ofDays(7),
            Duration.ofDays(30),
            Duration.ofDays(730),
            Duration.ofDays(90),
            Duration.ofDays(30),
            Duration.ofDays(7),
            Duration.ofDays(90));

    public Retention {
        requireDay("heartbeats", heartbeats);
        requireDay("metrics", metrics);
        requireDay("minutes", minutes);
        requireDay("hours", hours);
        requireDay("events", events);
        requireDay("tasks", tasks);
        requireDay("messages", messages);
        requireDay("alerts", alerts);
    }

    // A partition is a day, so nothing shorter can be kept.
    private static void requireDay(String setting, Duration kept) {
        if (kept.compareTo(Duration.ofDays(1)) < 0) {
            throw new IllegalArgumentException("retention." + setting + " must be at least 1 day, was " + kept);
        }
    }

    /// The age limit of each partitioned table.
    Map<String, Duration> byTable() {
        Map<String, Duration> limits = new LinkedHashMap<>();
        limits.put("agent_heartbeats", heartbeats);
        limits.put("performance_metrics", metrics);
        limits.put("agent_metrics_1m", minutes);
        limits.put("agent_metrics_1h", hours);
        limits.put("system_events", events);
        limits.put("tasks", tasks);
        limits.put("task_steps", tasks);
        limits.put("task_attempts", tasks);
        limits.put("messages", messages);
        return limits;
    }
}
