package dev.mainstay.anomaly;

import java.time.Instant;

/// What a series is expected to be at a time to come. Immutable and thread-safe.
///
/// @param time the beginning of a step
/// @param expected the mean over that step
/// @param low what 95 of 100 were above, by how far earlier forecasts were off
/// @param high what 95 of 100 were below
/// @param method how it was made, the one that was off least of late
public record Forecast(Instant time, double expected, double low, double high, String method) {}
