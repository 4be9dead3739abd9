/// `bench chaos`: processes that work on tasks are killed, frozen and cut off, their database is restarted and killed,
/// and an offline check of all that was written down says whether any promise was broken.
///
/// [ChaosBench][dev.mainstay.bench.chaos.ChaosBench] strikes; [HistoryCheck][dev.mainstay.bench.chaos.HistoryCheck]
/// judges, and knows nothing of how the history came to be.
@NullMarked
package dev.mainstay.bench.chaos;

import org.jspecify.annotations.NullMarked;
