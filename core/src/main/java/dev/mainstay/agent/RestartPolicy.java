package dev.mainstay.agent;

import dev.mainstay.config.Durations;
import java.time.Duration;

/// How often a crashed agent is started again, and how patiently. Defaults follow OTP's restart intensity and
/// the back-off of Kubernetes. Immutable.
///
/// @param maxRestarts restarts within `within` before the agent is quarantined
/// @param resetAfter time without a crash after which the back-off starts again from `backoff`
/// @param quarantine how long the first quarantine lasts; each further one doubles, up to a day
public record RestartPolicy(
        int maxRestarts,
        Duration within,
        Duration backoff,
        Duration maxBackoff,
        Duration resetAfter,
        Duration quarantine) {
    public static final RestartPolicy DEFAULT = new RestartPolicy(
            5,
            Duration.ofSeconds(60),
            Duration.ofSeconds(1),
            Duration.ofMinutes(5),
            Duration.ofMinutes(10),
            Duration.ofMinutes(15));

    public RestartPolicy {
        if (maxRestarts < 0) {
            throw new IllegalArgumentException("maxRestarts must not be negative, was " + maxRestarts);
        }
        requirePositive("within", within);
        requirePositive("backoff", backoff);
        requirePositive("resetAfter", resetAfter);
        requirePositive("quarantine", quarantine);
        if (maxBackoff.compareTo(backoff) < 0) {
            throw new IllegalArgumentException(
                    "maxBackoff must be at least backoff, was " + Durations.format(maxBackoff));
        }
    }

    private static void requirePositive(String name, Duration duration) {
        if (!duration.isPositive()) {
            throw new IllegalArgumentException(name + " must be positive, was " + Durations.format(duration));
        }
    }
}
