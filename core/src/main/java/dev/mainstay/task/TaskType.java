package dev.mainstay.task;

import java.time.Duration;

/// A type of task and how this node works on it; valid by construction. Immutable: each method returns a changed copy.
///
/// @param deadline an attempt that runs longer is interrupted, has then failed, and is abandoned if it does not end
/// @param concurrency how many of them may run at once on this node
public record TaskType<P>(String name, Class<P> payload, RetryPolicy retry, Duration deadline, int concurrency) {
    private static final Duration DEADLINE = Duration.ofMinutes(10);
    private static final Duration LONGEST_DEADLINE = Duration.ofDays(36_500);

    public TaskType {
        NewTask.of(name, "");
        if (!deadline.isPositive() || deadline.compareTo(LONGEST_DEADLINE) > 0) {
            throw new IllegalArgumentException(
                    "deadline must be positive and at most " + LONGEST_DEADLINE.toDays() + " days, was " + deadline);
        }
        if (concurrency < 1) {
            throw new IllegalArgumentException("concurrency must be at least 1, was " + concurrency);
        }
    }

    public static <P> TaskType<P> of(String name, Class<P> payload) {
        return new TaskType<>(name, payload, RetryPolicy.DEFAULT, DEADLINE, Integer.MAX_VALUE);
    }

    public TaskType<P> retry(RetryPolicy policy) {
        return new TaskType<>(name, payload, policy, deadline, concurrency);
    }

    public TaskType<P> deadline(Duration newDeadline) {
        return new TaskType<>(name, payload, retry, newDeadline, concurrency);
    }

    public TaskType<P> concurrency(int most) {
        return new TaskType<>(name, payload, retry, deadline, most);
    }
}
