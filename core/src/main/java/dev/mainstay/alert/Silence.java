package dev.mainstay.alert;

import dev.mainstay.telemetry.Severity;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A time in which some alerts are not told; what is null matches all. Immutable and thread-safe.
///
/// @param isPlanned a maintenance window, and not somebody's answer to an alert
public record Silence(
        UUID id,
        boolean isPlanned,
        @Nullable String rule,
        @Nullable String agent,
        @Nullable String node,
        @Nullable Severity severity,
        Instant startsAt,
        Instant endsAt,
        String reason,
        String actor) {}
