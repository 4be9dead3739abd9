/// What it costs to watch a fleet: the failure detector, health, alerts and anomalies over what agents store.
@NullMarked
package dev.mainstay.bench.watch;

import org.jspecify.annotations.NullMarked;
