package dev.mainstay.health;

import dev.mainstay.config.Default;
import dev.mainstay.config.Doc;
import dev.mainstay.config.Durations;
import java.time.Duration;

/// How agents are judged. Immutable and thread-safe.
public record HealthPolicy(
        @Default("5m") @Doc("How far back a score looks, 1m to 1h.")
        Duration window,

        HealthWeights weights,
        HealthBands bands) {
    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    // After the bounds it is held against.
    public static final HealthPolicy DEFAULT =
            new HealthPolicy(Duration.ofMinutes(5), HealthWeights.DEFAULT, HealthBands.DEFAULT);

    public HealthPolicy {
        if (window.compareTo(SHORTEST) < 0 || window.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("window must be from 1m to 1h, was " + Durations.format(window));
        }
    }
}
