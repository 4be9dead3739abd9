package dev.mainstay.health;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Health at a moment of the past, computed again from the rows that are stored now. Immutable and thread-safe.
///
/// @param agent null for a group and for the system
/// @param at the newest evaluation until that moment; null when there was none
/// @param stored the score as it was stored then
/// @param note why there is no score, or why it is another one now; null when both are the same
public record PastHealth(
        @Nullable String agent,
        @Nullable String group,
        @Nullable Instant at,
        @Nullable Double score,
        @Nullable String band,
        @Nullable Instant bandSince,
        List<Map<String, @Nullable Object>> parts,
        @Nullable Double stored,
        @Nullable String note) {
    static PastHealth unknown(HealthSubject subject, @Nullable Instant at, @Nullable Double stored, String why) {
        return new PastHealth(
                subject.agentOrNull(), subject.groupOrNull(), at, null, null, null, List.of(), stored, why);
    }
}
