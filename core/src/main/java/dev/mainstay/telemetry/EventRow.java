package dev.mainstay.telemetry;

import com.fasterxml.jackson.annotation.JsonRawValue;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// An event as it was stored. Immutable.
///
/// @param id grows, but rows may become visible out of its order
/// @param detail JSON text of an object
public record EventRow(
        long id,
        Instant at,
        String type,
        String severity,
        @Nullable String agent,
        @Nullable String node,
        String cause,
        @JsonRawValue String detail) {}
