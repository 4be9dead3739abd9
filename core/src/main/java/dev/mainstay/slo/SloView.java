package dev.mainstay.slo;

import com.fasterxml.jackson.annotation.JsonRawValue;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// An SLO with how it stands. Immutable and thread-safe.
///
/// @param source `file` for what code or settings declare, or `api`
/// @param status null until the first minute was counted
public record SloView(
        Slo slo,
        String source,
        Instant countedFrom,
        @Nullable Status status) {
    /// How it stands.
    ///
    /// @param at until when it was counted
    /// @param reached percent; null without events
    /// @param budgetLeft the share of the error budget that is left; null without events
    /// @param urgency `page` or `ticket` while its budget burns too fast
    /// @param windows JSON text of a list
    public record Status(
            Instant at,
            long good,
            long total,
            @Nullable Double reached,
            @Nullable Double budgetLeft,
            @Nullable String urgency,
            @Nullable Double burnRate,
            @Nullable Instant since,
            @Nullable String summary,
            @JsonRawValue String windows) {}
}
