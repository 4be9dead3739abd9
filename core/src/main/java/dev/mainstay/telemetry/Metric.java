package dev.mainstay.telemetry;

import dev.mainstay.postgres.StorableText;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/// One measured number. Immutable, and its texts are such that they can be stored.
///
/// @param agent whose number it is; empty for the node or the system
public record Metric(
        UUID organization,
        String agent,
        String name,
        Map<String, String> labels,
        String unit,
        Instant at,
        double value) {
    /// So far below the largest double that no sum over a bucket overflows.
    public static final double LARGEST = 1e290;

    private static final int LONGEST_NAME = 200;

    public Metric {
        if (name.isBlank()) {
            throw new IllegalArgumentException("metric name must not be empty");
        }
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("metric " + name + " must be a finite number, was " + value);
        }
        if (Math.abs(value) > LARGEST) {
            throw new IllegalArgumentException(
                    "metric " + name + " must be from -" + LARGEST + " to " + LARGEST + ", was " + value);
        }
        agent = StorableText.of(agent, LONGEST_NAME);
        name = StorableText.of(name, LONGEST_NAME);
        unit = StorableText.of(unit, LONGEST_NAME);
    }
}
