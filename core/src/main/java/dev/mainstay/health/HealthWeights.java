package dev.mainstay.health;

import dev.mainstay.config.Default;
import dev.mainstay.config.Doc;
import java.util.Locale;

/// How much each part counts; the sum is 1. Immutable and thread-safe.
public record HealthWeights(
        @Default("0.25") @Doc("How much it counts that heartbeats come.")
        double uptime,

        @Default("0.25") @Doc("How much it counts that ticks are quick and in time.")
        double performance,

        @Default("0.20") @Doc("How much it counts that ticks do not fail.")
        double errors,

        @Default("0.15") @Doc("How much it counts that its machine has room.")
        double resources,

        @Default("0.15") @Doc("How much it counts that work which was due is done.")
        double business) {
    private static final double ROUNDING = 1e-9;

    public static final HealthWeights DEFAULT = new HealthWeights(0.25, 0.25, 0.20, 0.15, 0.15);

    public HealthWeights {
        requireShare("uptime", uptime);
        requireShare("performance", performance);
        requireShare("errors", errors);
        requireShare("resources", resources);
        requireShare("business", business);
        double sum = uptime + performance + errors + resources + business;
        if (Math.abs(sum - 1) > ROUNDING) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "weights must add up to 1, were %s: uptime %s, performance %s, errors %s, resources %s, business %s",
                    Math.round(sum * 1e6) / 1e6,
                    uptime,
                    performance,
                    errors,
                    resources,
                    business));
        }
        if (Math.abs(resources - 1) < ROUNDING) {
            throw new IllegalArgumentException(
                    "resources must be less than 1: the load of a machine alone says nothing of an agent");
        }
    }

    private static void requireShare(String key, double weight) {
        if (!(weight >= 0 && weight <= 1)) {
            throw new IllegalArgumentException(key + " must be from 0 to 1, was " + weight);
        }
    }
}
