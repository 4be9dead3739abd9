package dev.mainstay.anomaly.watch;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Points that are judged together: those of the time after `since` up to `until` that were stored when the
/// snapshot was taken, and those of a little earlier that were not when the one before was. Immutable.
///
/// @param snapshot as PostgreSQL writes it: the oldest transaction still under way, the end, and those under way
/// @param before the snapshot of the pass before; null when nothing of earlier is to be read
record Pass(
        Instant since,
        Instant until,
        String snapshot,
        @Nullable String before) {
    /// All transactions before it had ended when the snapshot was taken.
    static long ended(String snapshot) {
        return Long.parseLong(snapshot.substring(0, snapshot.indexOf(':')));
    }

    /// No transaction from it on had begun when the snapshot was taken.
    static long end(String snapshot) {
        int colon = snapshot.indexOf(':');
        return Long.parseLong(snapshot.substring(colon + 1, snapshot.indexOf(':', colon + 1)));
    }
}
