package dev.mainstay.telemetry;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Something that happened and that somebody may ask about later. Immutable.
public record Event(
        UUID organization,
        Instant at,
        String type,
        Severity severity,
        @Nullable String agent,
        @Nullable String node,
        String cause,
        Map<String, ?> detail) {}
