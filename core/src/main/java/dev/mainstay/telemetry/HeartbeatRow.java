package dev.mainstay.telemetry;

import java.time.Instant;

/// A heartbeat as it was stored; the counts are those since the one before. Immutable.
public record HeartbeatRow(
        Instant at,
        long fence,
        long sequence,
        String phase,
        int ticks,
        int failures,
        long items,
        double busyMs,
        double maxMs,
        double lateMs,
        int abandoned) {}
