package dev.mainstay.health;

import dev.mainstay.AgentRef;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What the stored rows say of one agent over a window. Immutable and thread-safe.
///
/// @param since from when on it should have run, at the earliest the beginning of the window; not
/// before `until` when it was only just taken up
/// @param received heartbeats by their sequence, so that ones merged while the database was away all count
/// @param interval between two ticks; null for an agent that ticks by cron
/// @param busyMillis time spent in ticks
/// @param lateMillis how late ticks began, on the mean; null without ticks
/// @param crashes how often it crashed by itself
/// @param node who runs it; null when nobody does
/// @param cpu the mean share of its node's CPU in use, 0 to 1; null when not measured
/// @param memory the same of memory
record Observation(
        AgentRef agent,
        Instant since,
        Instant until,
        Duration heartbeat,
        Duration deadline,
        @Nullable Duration interval,
        long received,
        long ticks,
        long failures,
        long items,
        double busyMillis,
        @Nullable Double lateMillis,
        long abandoned,
        long crashes,
        @Nullable String node,
        @Nullable Double cpu,
        @Nullable Double memory) {

    /// How often something that comes every `distance` had time to come.
    long expected(Duration distance) {
        Duration seen = Duration.between(since, until);
        return seen.isPositive() ? seen.dividedBy(distance) : 0;
    }
}
