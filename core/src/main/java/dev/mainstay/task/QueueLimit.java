package dev.mainstay.task;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a queue may use, over all nodes; valid by construction. Immutable.
///
/// @param concurrency tasks running at once; null for no limit
/// @param rate tasks started within `period`; null for no limit
public record QueueLimit(
        @Nullable Integer concurrency, @Nullable Integer rate, Duration period) {
    /// Stands in the place of a name for all queues of an organization together.
    static final String ALL_QUEUES = "";

    static final QueueLimit NONE = new QueueLimit(null, null, Duration.ofSeconds(1));

    public QueueLimit {
        if (concurrency != null && concurrency < 1) {
            throw new IllegalArgumentException("concurrency must be at least 1, was " + concurrency);
        }
        if (rate != null && rate < 1) {
            throw new IllegalArgumentException("rate must be at least 1, was " + rate);
        }
        if (!period.isPositive()) {
            throw new IllegalArgumentException("period must be positive, was " + period);
        }
    }

    boolean isNone() {
        return concurrency == null && rate == null;
    }

    /// As an event tells it.
    Map<String, Object> described() {
        Map<String, Object> told = new HashMap<>();
        if (concurrency != null) {
            told.put("concurrency", concurrency);
        }
        if (rate != null) {
            told.put("rate", rate);
            told.put("period", period.toString());
        }
        return told;
    }

    public static QueueLimit concurrency(int most) {
        return new QueueLimit(most, null, Duration.ofSeconds(1));
    }

    public static QueueLimit rate(int most, Duration period) {
        return new QueueLimit(null, most, period);
    }
}
