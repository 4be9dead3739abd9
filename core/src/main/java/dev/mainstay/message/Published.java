package dev.mainstay.message;

import java.util.UUID;

/// A message that is stored: it will be seen by everyone it is for. Immutable.
public record Published(UUID id, long position) {}
