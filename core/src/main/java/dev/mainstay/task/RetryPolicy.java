package dev.mainstay.task;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How often a failed task is tried again, and how patiently: the wait doubles from `first` to `longest`, each time
/// shortened or lengthened by up to `jitter` of itself, so that tasks that failed together do not come back together.
/// Immutable.
///
/// @param attempts how often a handler may fail before the task becomes a dead letter; 1 means no retry
/// @param jitter 0 to 1
public record RetryPolicy(int attempts, Duration first, Duration longest, double jitter) {
    public static final RetryPolicy DEFAULT = new RetryPolicy(10, Duration.ofSeconds(1), Duration.ofMinutes(10), 0.2);

    public static final RetryPolicy NEVER = DEFAULT.withAttempts(1);

    public RetryPolicy {
        if (attempts < 1) {
            throw new IllegalArgumentException("attempts must be at least 1, was " + attempts);
        }
        if (!first.isPositive()) {
            throw new IllegalArgumentException("first must be positive, was " + first);
        }
        if (longest.compareTo(first) < 0) {
            throw new IllegalArgumentException("longest must be at least first, was " + longest);
        }
        if (!(jitter >= 0 && jitter <= 1)) {
            throw new IllegalArgumentException("jitter must be from 0 to 1, was " + jitter);
        }
    }

    public RetryPolicy withAttempts(int newAttempts) {
        return new RetryPolicy(newAttempts, first, longest, jitter);
    }

    /// How long to wait after the given number of failures, the first being 1.
    public Duration after(int failures, RandomGenerator random) {
        double doubled = (double) first.toMillis() * Math.pow(2, Math.min(failures - 1, 62));
        double bounded = Math.min(doubled, (double) longest.toMillis());
        return Duration.ofMillis(Math.round(bounded * (1 + jitter * (2 * random.nextDouble() - 1))));
    }

    public boolean allowsAnother(int failures) {
        return failures < attempts;
    }
}
