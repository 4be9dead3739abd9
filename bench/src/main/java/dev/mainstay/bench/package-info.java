/// The benches: one command each, `./mainstay bench NAME`, on a fresh PostgreSQL with its default durability.
///
/// Main type: [BenchMain][dev.mainstay.bench.BenchMain]. A bench measures into
/// [Figures][dev.mainstay.bench.report.Figures]; what comes out is one [Report][dev.mainstay.bench.report.Report],
/// whatever the figures are. `docs/benchmarks.md` tells what they mean.
@NullMarked
package dev.mainstay.bench;

import org.jspecify.annotations.NullMarked;
