package dev.mainstay.message;

import java.time.Instant;

/// A message that a group gave up, until it is redriven or discarded. Immutable.
///
/// @param attempts how often it was tried
public record DeadLetter(String group, Message message, int attempts, String reason, Instant diedAt) {}
