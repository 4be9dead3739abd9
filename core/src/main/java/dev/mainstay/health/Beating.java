package dev.mainstay.health;

import dev.mainstay.AgentRef;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What is stored of an agent somebody runs. Immutable and thread-safe.
///
/// @param fence another one: somebody else runs it now
/// @param leasedAt when that began
/// @param beatAt its newest heartbeat on the database's clock; null before the first
/// @param progress grows whenever its work goes on
/// @param overdue so long without progress is too long; null when that cannot be told
record Beating(
        AgentRef agent,
        long fence,
        Instant leasedAt,
        @Nullable Instant beatAt,
        long progress,
        Duration interval,
        @Nullable Duration overdue,
        @Nullable String node) {}
