/// Watches what is stored for the unusual: the points of the watched series, on one node for all.
///
/// ```
/// PassLog       a pass: up to which time, and what was stored at that moment
///   -> PointReader    the points of that time that were stored by then
///   -> WatchedSeries  an AnomalyDetector each, and the anomaly that lasts
///   -> FindingStore   anomalies and events
///   -> ModelStore     now and then the detectors as bytes
/// ```
///
/// A pass is written down before its points are judged. So whoever takes over reads the models, and the same passes
/// after them with the very same points, and goes on with the scores there would have been. Main type:
/// [dev.mainstay.anomaly.watch.AnomalyWatch].
@NullMarked
package dev.mainstay.anomaly.watch;

import org.jspecify.annotations.NullMarked;
