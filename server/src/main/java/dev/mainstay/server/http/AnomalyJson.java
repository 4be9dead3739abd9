package dev.mainstay.server.http;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.mainstay.anomaly.watch.Anomaly;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// An anomaly as the API answers it. Immutable and thread-safe.
record AnomalyJson(
        UUID id,
        long series,
        String agent,
        String metric,
        @JsonRawValue String labels,
        String unit,
        String state,
        Instant beganAt,
        @Nullable Instant endedAt,
        Instant foundAt,
        Instant peakAt,
        double score,
        double value,
        @Nullable Double expected,
        @Nullable Double low,
        @Nullable Double high,
        String why) {
    static AnomalyJson of(Anomaly anomaly) {
        return new AnomalyJson(
                anomaly.id(),
                anomaly.series(),
                anomaly.agent(),
                anomaly.metric(),
                anomaly.labels(),
                anomaly.unit(),
                anomaly.endedAt() == null ? AnomalyRoutes.LASTING : AnomalyRoutes.ENDED,
                anomaly.beganAt(),
                anomaly.endedAt(),
                anomaly.foundAt(),
                anomaly.peakAt(),
                anomaly.score(),
                anomaly.value(),
                anomaly.expected(),
                anomaly.low(),
                anomaly.high(),
                anomaly.why());
    }
}
