package dev.mainstay.telemetry;

import java.time.Duration;
import java.time.Instant;

/// How finely a chart is read: the points as they came, or one a minute or an hour of the roll-ups. Immutable.
public enum Resolution {
    RAW("raw", "performance_metrics", Duration.ofSeconds(1)),
    MINUTE("1m", "agent_metrics_1m", Duration.ofMinutes(1)),
    HOUR("1h", "agent_metrics_1h", Duration.ofHours(1));

    private static final long MOST_POINTS = 1_000;
    private static final Duration RAW_WINDOW = Duration.ofMinutes(15);
    private static final Duration MINUTE_WINDOW = Duration.ofDays(2);
    /// Raw points live for seven days; a day before their end the minutes take over.
    private static final Duration RAW_LIFE = Duration.ofDays(6);

    private final String word;
    private final String table;
    private final long widthSeconds;

    Resolution(String word, String table, Duration width) {
        this.word = word;
        this.table = table;
        this.widthSeconds = width.toSeconds();
    }

    public String word() {
        return word;
    }

    String table() {
        return table;
    }

    /// The finest one that gives about 1,000 points or fewer and whose rows still exist.
    public static Resolution fitting(Instant from, Instant to, Instant now) {
        Duration window = Duration.between(from, to);
        if (window.compareTo(RAW_WINDOW) <= 0 && from.isAfter(now.minus(RAW_LIFE))) {
            return RAW;
        }
        return window.compareTo(MINUTE_WINDOW) <= 0 ? MINUTE : HOUR;
    }

    /// Between two points that `[from, to)` is read in; zero for raw points as they came.
    public Duration step(Instant from, Instant to) {
        long seconds = Duration.between(from, to).toSeconds();
        long joined = Math.max(1, Math.ceilDiv(seconds, widthSeconds * MOST_POINTS));
        return this == RAW && joined == 1 ? Duration.ZERO : Duration.ofSeconds(joined * widthSeconds);
    }
}
