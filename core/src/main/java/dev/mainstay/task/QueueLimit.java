package dev.mainstay.task;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What a queue may use, over all nodes; valid by construction. Immutable.
///
/// @param concurrency tasks running at once; null for no limit
/// @param rate tasks started within `period`; null for no limit
public record QueueLimit(
        @Nullable Integer concurrency, @Nullable Integer rate, Duration period) {
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

    public static QueueLimit concurrency(int most) {
        return new QueueLimit(most, null, Duration.ofSeconds(1));
    }

    public static QueueLimit rate(int most, Duration period) {
        return new QueueLimit(null, most, period);
    }
}
