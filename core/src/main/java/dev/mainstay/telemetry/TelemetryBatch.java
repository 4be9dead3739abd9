package dev.mainstay.telemetry;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// What one flush stores in one transaction. Guarded by [Telemetry]'s lock until it is taken for the flush.
final class TelemetryBatch {
    final HeartbeatBuffer heartbeats = new HeartbeatBuffer();
    final List<Event> events = new ArrayList<>();
    final CompletableFuture<Void> stored = new CompletableFuture<>();
    final MetricBuffer metrics;

    TelemetryBatch(int metricLimit) {
        this.metrics = new MetricBuffer(metricLimit);
    }

    boolean isEmpty() {
        return heartbeats.size() == 0 && events.isEmpty() && metrics.size() == 0;
    }
}
