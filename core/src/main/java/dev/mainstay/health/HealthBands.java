package dev.mainstay.health;

import dev.mainstay.config.Default;
import dev.mainstay.config.Doc;
import org.jspecify.annotations.Nullable;

/// Where the bands of scores begin. Getting worse is told at once, getting better only with some points to spare, so
/// that a score that wavers about a bound does not change its band each time. Immutable and thread-safe.
public record HealthBands(
        @Default("80") @Doc("Healthy from so many points on.")
        double healthyFrom,

        @Default("50") @Doc("Degraded from so many points on, below that unhealthy.")
        double degradedFrom,

        @Default("5") @Doc("So many points more than that a better band takes.")
        double hysteresis) {
    public static final HealthBands DEFAULT = new HealthBands(80, 50, 5);

    public HealthBands {
        if (!(degradedFrom > 0)) {
            throw new IllegalArgumentException("degradedFrom must be above 0 points, was " + degradedFrom);
        }
        if (!(healthyFrom > degradedFrom)) {
            throw new IllegalArgumentException(
                    "healthyFrom must be above degradedFrom (" + degradedFrom + "), was " + healthyFrom);
        }
        if (!(hysteresis >= 0 && healthyFrom + hysteresis <= 100)) {
            throw new IllegalArgumentException("hysteresis must be from 0 to " + (100 - healthyFrom)
                    + ", or nothing could become healthy again; was " + hysteresis);
        }
    }

    private HealthBand plain(double score) {
        if (score >= healthyFrom) {
            return HealthBand.HEALTHY;
        }
        return score >= degradedFrom ? HealthBand.DEGRADED : HealthBand.UNHEALTHY;
    }

    /// @param former the band before; null when there was none
    HealthBand of(double score, @Nullable HealthBand former) {
        HealthBand plain = plain(score);
        if (former == null || !plain.isBetterThan(former)) {
            return plain;
        }
        HealthBand spared = plain(score - hysteresis);
        return spared.isBetterThan(former) ? spared : former;
    }
}
