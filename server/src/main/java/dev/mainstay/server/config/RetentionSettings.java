package dev.mainstay.server.config;

import dev.mainstay.config.Default;
import dev.mainstay.config.Doc;
import dev.mainstay.config.Durations;
import dev.mainstay.postgres.Retention;
import java.time.Duration;

/// How long history is kept, in days at least. Immutable and thread-safe.
public record RetentionSettings(
        @Default("2d") @Doc("Heartbeats.") Duration heartbeats,
        @Default("7d") @Doc("Metrics as they came.") Duration metrics,

        @Default("30d") @Doc("Metrics rolled up to minutes.")
        Duration minutes,

        @Default("730d") @Doc("Metrics rolled up to hours.") Duration hours,

        @Default("90d") @Doc("Events.") Duration events,

        @Default("30d") @Doc("Tasks and their attempts, counted from their creation; one that has not ended is kept.")
        Duration tasks,

        @Default("7d") @Doc("Messages; one that waits to be tried again or is a dead letter is kept.")
        Duration messages,

        @Default("90d") @Doc("Alerts and recoveries after their end, notifications, and silences that are over.")
        Duration alerts) {
    public RetentionSettings {
        requireDay("heartbeats", heartbeats);
        requireDay("metrics", metrics);
        requireDay("minutes", minutes);
        requireDay("hours", hours);
        requireDay("events", events);
        requireDay("tasks", tasks);
        requireDay("messages", messages);
        requireDay("alerts", alerts);
    }

    private static void requireDay(String key, Duration kept) {
        if (kept.compareTo(Duration.ofDays(1)) < 0) {
            throw new IllegalArgumentException(key + " must be at least 1d, was " + Durations.format(kept));
        }
    }

    public Retention toRetention() {
        return new Retention(heartbeats, metrics, minutes, hours, events, tasks, messages, alerts);
    }
}
