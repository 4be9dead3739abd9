package dev.mainstay.message;

import java.time.Instant;

/// A channel that has messages. Immutable.
///
/// @param lastHour messages stored within the last hour, counted up to 10,000
public record ChannelView(String name, long lastPosition, Instant lastAt, long lastHour) {}
