/// `bench telemetry`: how fast metrics and heartbeats get into the database, next to a bare COPY.
@NullMarked
package dev.mainstay.bench.telemetry;

import org.jspecify.annotations.NullMarked;
