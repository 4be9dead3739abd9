package dev.mainstay.telemetry;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// What one flush stores in one transaction. Guarded by [Telemetry]'s lock until it is taken for the flush.
final class TelemetryBatch {
    final HeartbeatBuffer heartbeats = new HeartbeatBuffer();
    final List<ReadyEvent> events = new ArrayList<>();
    final CompletableFuture<Void> stored;
    final MetricBuffer metrics;

    TelemetryBatch(int metricLimit) {
        this(metricLimit, new CompletableFuture<>());
    }

    private TelemetryBatch(int metricLimit, CompletableFuture<Void> stored) {
        this.metrics = new MetricBuffer(metricLimit);
        this.stored = stored;
    }

    boolean isEmpty() {
        return size() == 0;
    }

    int size() {
        return heartbeats.size() + events.size() + metrics.size();
    }

    /// The same entries in two batches, to be stored in this order: who waits for this one waits for the second.
    List<TelemetryBatch> halves() {
        int middle = size() / 2;
        return List.of(part(0, middle, new CompletableFuture<>()), part(middle, size(), stored));
    }

    private TelemetryBatch part(int from, int to, CompletableFuture<Void> whenStored) {
        TelemetryBatch part = new TelemetryBatch(to - from, whenStored);
        for (int i = from; i < to; i++) {
            int event = i - heartbeats.size();
            int metric = event - events.size();
            if (event < 0) {
                part.heartbeats.add(heartbeats.get(i));
            } else if (metric < 0) {
                part.events.add(events.get(event));
            } else {
                part.metrics.add(metrics.series(metric), metrics.micros(metric), metrics.value(metric));
            }
        }
        return part;
    }

    /// What the only entry is, for a person.
    String only() {
        if (heartbeats.size() > 0) {
            return heartbeats.get(0).toString();
        }
        return events.isEmpty()
                ? metrics.series(0).key() + " = " + metrics.value(0)
                : events.getFirst().toString();
    }
}
