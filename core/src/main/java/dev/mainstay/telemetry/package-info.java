/// Heartbeats, metrics and events: one batched way into PostgreSQL.
///
/// Callers put records into [Telemetry][dev.mainstay.telemetry.Telemetry]; once a second (or when a batch is
/// full) one transaction stores them all: the current heartbeats by one guarded update, the rest by COPY.
@NullMarked
package dev.mainstay.telemetry;

import org.jspecify.annotations.NullMarked;
