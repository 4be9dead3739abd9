package dev.mainstay.bench.chaos;

import dev.mainstay.bench.chaos.History.Acknowledged;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/// What enqueueing answered. Immutable and thread-safe.
///
/// @param unknown transactions that ended without an answer that they had committed
record Told(List<Acknowledged> acknowledged, Set<UUID> rolledBack, int unknown) {}
