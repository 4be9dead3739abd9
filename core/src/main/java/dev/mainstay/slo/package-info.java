/// What an agent or a queue promises (a service-level objective), how much of it is kept, and whether
/// it is being broken so fast that somebody must know.
///
/// ```text
/// declared ── each minute: events counted from stored rows ── kept as running totals ── windows compared with the
/// objective ── status ── alert rules `slo-page` and `slo-ticket`
/// ```
///
/// [dev.mainstay.slo.SloCounter] counts, [dev.mainstay.slo.BurnRate] is the arithmetic,
/// [dev.mainstay.slo.SloMonitor] is the duty that does both once a minute, and
/// [dev.mainstay.slo.SloDesk] is where people read and declare. The figures are those of "The Site
/// Reliability Workbook" (Beyer and others, 2018), chapter 5, "Alerting on SLOs".
@NullMarked
package dev.mainstay.slo;

import org.jspecify.annotations.NullMarked;
