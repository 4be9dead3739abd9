package dev.mainstay.anomaly.watch;

import java.time.Instant;

/// A time whose points are judged together: after `since` up to `until`, as far as they were stored when the snapshot
/// was taken. Immutable.
///
/// @param snapshot as PostgreSQL writes it: the oldest transaction still under way, the end, and those under way
record Pass(Instant since, Instant until, String snapshot) {
    /// All transactions before it had ended.
    long ended() {
        return Long.parseLong(snapshot.substring(0, snapshot.indexOf(':')));
    }

    /// No transaction from it on had begun.
    long end() {
        int colon = snapshot.indexOf(':');
        return Long.parseLong(snapshot.substring(colon + 1, snapshot.indexOf(':', colon + 1)));
    }
}
