/// Faults injected into a fleet that heals itself, and what became of each by the stored rows.
///
/// [FaultsBench][dev.mainstay.bench.faults.FaultsBench] runs a
/// [Campaign][dev.mainstay.bench.faults.Campaign]: it writes into `bench_faults` which agent is to
/// misbehave and how. The agents ([FaultyAgent][dev.mainstay.bench.faults.FaultyAgent]) read that and
/// really do; who detects and heals is never told.
@NullMarked
package dev.mainstay.bench.faults;

import org.jspecify.annotations.NullMarked;
