package dev.mainstay.task;

import java.time.Duration;

/// Where claiming goes on in one lane and rank: behind what was claimed a second ago or earlier.
///
/// While another session holds an old snapshot, claimed rows stay in the index as dead entries, and a
/// claim that starts at the beginning walks over all of them. The mark lags a second behind because
/// numbers become visible out of order; whatever commits even later is found by the claims that start
/// at the beginning, one a second. Confined to the claimer.
final class LowWater {
    private static final long LAG = Duration.ofSeconds(1).toNanos();
    private static final long MEMORY = Duration.ofSeconds(5).toNanos();

    private long mark;
    private long candidate;
    private long candidateSince = Long.MIN_VALUE;
    private long newest;
    private long newestSince = Long.MIN_VALUE;

    long mark() {
        return mark;
    }

    /// Whether something was claimed here in the last seconds.
    boolean hasMoved(long now) {
        return newestSince != Long.MIN_VALUE && now - newestSince < MEMORY;
    }

    void claimed(long seq, long now) {
        newestSince = now;
        newest = Math.max(newest, seq);
        if (candidateSince == Long.MIN_VALUE) {
            candidateSince = now;
            candidate = newest;
        } else if (now - candidateSince >= LAG) {
            mark = candidate;
            candidate = newest;
            candidateSince = now;
        }
    }
}
