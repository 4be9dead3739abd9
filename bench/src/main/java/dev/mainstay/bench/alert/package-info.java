/// How long after a fault somebody is told, how rarely a storm tells them, and whether anything is told that is not so.
///
/// Main type: [AlertBench][dev.mainstay.bench.alert.AlertBench].
@NullMarked
package dev.mainstay.bench.alert;

import org.jspecify.annotations.NullMarked;
