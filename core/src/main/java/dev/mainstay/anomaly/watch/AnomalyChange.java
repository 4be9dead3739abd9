package dev.mainstay.anomaly.watch;

import dev.mainstay.anomaly.Verdict;
import java.time.Instant;

/// What a point changed about the anomalies of its series. Immutable.
sealed interface AnomalyChange {
    WatchedSeries series();

    /// When the anomaly began, which tells it from others of the series.
    Instant began();

    record Began(WatchedSeries series, Instant began, double value, Verdict verdict) implements AnomalyChange {}

    /// A point that is told again, maybe more unusual than those before.
    record Grew(WatchedSeries series, Instant began, Instant at, double value, Verdict verdict)
            implements AnomalyChange {}

    record Ended(WatchedSeries series, Instant began, Instant at) implements AnomalyChange {}
}
