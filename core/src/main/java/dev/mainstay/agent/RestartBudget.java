package dev.mainstay.agent;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.random.RandomGenerator;

/// Restart intensity in the sense of OTP, with exponential back-off. Times are nanoseconds of a monotonic clock.
/// Guarded by its owner.
final class RestartBudget {
    private static final double JITTER = 0.2;
    private static final int MOST_DOUBLINGS = 30;

    private final RestartPolicy policy;
    private final RandomGenerator random;
    private final Deque<Long> crashes = new ArrayDeque<>();
    private int doublings;
    private long lastCrash;

    /// What follows a crash.
    sealed interface Verdict {
        record Restart(Duration after) implements Verdict {}

        /// The budget is spent.
        record Quarantine(int crashes, Duration within) implements Verdict {}
    }

    RestartBudget(RestartPolicy policy, RandomGenerator random) {
        this.policy = policy;
        this.random = random;
    }

    Verdict crashed(long now) {
        if (!crashes.isEmpty() && now - lastCrash >= policy.resetAfter().toNanos()) {
            doublings = 0;
        }
        lastCrash = now;
        crashes.addLast(now);
        while (now - crashes.getFirst() > policy.within().toNanos()) {
            crashes.removeFirst();
        }
        if (crashes.size() > policy.maxRestarts()) {
            return new Verdict.Quarantine(crashes.size(), policy.within());
        }
        return new Verdict.Restart(nextDelay());
    }

    private Duration nextDelay() {
        double factor = 1 + JITTER * (2 * random.nextDouble() - 1);
        double doubled = (double) policy.backoff().toNanos() * Math.pow(2, Math.min(doublings++, MOST_DOUBLINGS));
        return Duration.ofNanos(
                (long) (factor * Math.min(doubled, (double) policy.maxBackoff().toNanos())));
    }
}
