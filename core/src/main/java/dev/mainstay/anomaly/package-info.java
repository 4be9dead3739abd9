/// Finds what is unusual in a series of measurements, point by point, and says why in words.
///
/// Main type: [dev.mainstay.anomaly.AnomalyDetector]: one for each series, of fixed size, with one configuration for
/// every series. A point goes through it in one direction:
///
/// ```
/// observe(time, value)
///   -> Timeline      is it new?             (late, repeated, far in the future: refused)
///   -> Scale         value as a float       (the first 32 values choose origin and unit)
///   -> Channel ×10   what is odd about it?  (each a residual, made a surprise by a SurpriseTail)
///   -> sum           one number             (decades of improbability, equal weights)
///   -> Suppression   is it news?            (silent while an incident lasts)
///   -> AlarmBudget   is it worth an alarm?  (so many a week)
///   -> Verdict
/// ```
///
/// No clock, no database, no threads: what comes out depends on the points alone, so a state that was stored goes on
/// with the very scores it would have had ([dev.mainstay.anomaly.DetectorState]). [dev.mainstay.anomaly.Forecaster]
/// looks ahead in the same manner. Sources and formulas are in `docs/guide/anomalies.md`.
@NullMarked
package dev.mainstay.anomaly;

import org.jspecify.annotations.NullMarked;
