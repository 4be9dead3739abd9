package dev.mainstay.server.stream;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The heartbeats of all agents, a number a minute and the newest ones one by one. Immutable.
///
/// @param at the time of the database when it was read
record Pulse(Instant at, Instant from, String step, List<AgentPulse> items) {
    /// Of one agent.
    record AgentPulse(
            String agent,
            List<@Nullable Integer> ticks,
            List<@Nullable Integer> failures,
            List<@Nullable Double> busyMs,
            Recent recent) {}

    /// The newest heartbeats, the oldest of them first, as columns.
    record Recent(List<Long> ageMs, List<Integer> failures, List<@Nullable Double> tickMs) {}
}
