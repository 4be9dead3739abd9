package dev.mainstay.telemetry;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A point of a chart. Immutable.
///
/// @param at of joined points the begin
/// @param value of joined points the mean
/// @param min null, as are the two after it, for a point as it came
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Point(
        Instant at,
        double value,
        @Nullable Double min,
        @Nullable Double max,
        @Nullable Long count) {}
