package dev.mainstay.telemetry;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/// One measured number. Immutable.
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
    public Metric {
        if (name.isBlank()) {
            throw new IllegalArgumentException("metric name must not be empty");
        }
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("metric " + name + " must be a finite number, was " + value);
        }
    }
}
