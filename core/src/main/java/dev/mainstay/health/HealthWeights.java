package dev.mainstay.health;

/// How much each part counts; the sum is 1. Immutable and thread-safe.
public record HealthWeights(double uptime, double performance, double errors, double resources, double business) {
    public static final HealthWeights DEFAULT = new HealthWeights(0.25, 0.25, 0.20, 0.15, 0.15);

    private static final double ROUNDING = 1e-9;

    public HealthWeights {
        double sum = uptime + performance + errors + resources + business;
        if (Math.min(uptime, Math.min(performance, Math.min(errors, Math.min(resources, business)))) < 0) {
            throw new IllegalArgumentException("weights must not be negative");
        }
        if (Math.abs(sum - 1) > ROUNDING) {
            throw new IllegalArgumentException("weights must add up to 1, were " + sum);
        }
    }
}
