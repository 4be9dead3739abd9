/// What the anomaly detector finds, what it costs, and how well the forecasts do. No database takes part.
@NullMarked
package dev.mainstay.bench.anomaly;

import org.jspecify.annotations.NullMarked;
