package dev.mainstay.health;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.mainstay.postgres.Jsonb;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The newest health of an agent, of a group or of the system, with its parts. Immutable.
///
/// @param agent null for a group and for the system
/// @param group null for an agent and for the system
/// @param parts JSON text of a list
public record HealthRow(
        @Nullable String agent,
        @Nullable String group,
        @Nullable Instant at,
        @Nullable Double score,
        @Nullable String band,
        @Nullable Instant bandSince,
        @JsonRawValue String parts) {
    HealthRow with(List<Map<String, @Nullable Object>> newParts) {
        return new HealthRow(agent, group, at, score, band, bandSince, Jsonb.any(newParts));
    }

    /// What is known before the first evaluation.
    public static HealthRow unknown(@Nullable String agent) {
        return new HealthRow(agent, null, null, null, null, null, "[]");
    }
}
