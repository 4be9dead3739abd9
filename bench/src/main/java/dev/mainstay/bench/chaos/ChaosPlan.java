package dev.mainstay.bench.chaos;

import java.time.Duration;
import java.util.List;

/// How much of everything. Immutable and thread-safe.
///
/// @param tasks spread over all strikes
/// @param pace between two kills, on average
/// @param failPoints how often each place where a connection can end is struck
/// @param floods how often the speed before and after a restart is compared
/// @param clocks of the workers, beside a right one
record ChaosPlan(
        int workers,
        int tasks,
        Duration pace,
        int kills,
        int freezes,
        int cuts,
        int disconnects,
        int restarts,
        int postmasterKills,
        int failPoints,
        int floods,
        List<WrongClock> clocks) {
    ChaosPlan {
        if (workers < 2) {
            throw new IllegalArgumentException("workers must be at least 2, was " + workers);
        }
    }

    private int strikes() {
        return kills + freezes + cuts + disconnects + restarts + postmasterKills;
    }

    /// How many tasks are enqueued before each strike.
    int share() {
        return Math.ceilDiv(tasks, Math.max(1, strikes()));
    }
}
