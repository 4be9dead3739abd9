package dev.mainstay.anomaly.watch;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A row of `anomaly_models`. Its bytes are not copied: nobody writes to them.
///
/// @param judgedUntil up to which time the points are in it
/// @param began since when an anomaly lasts
/// @param calm how many points in a row have been usual again
/// @param calmAt the first of them
@SuppressWarnings("ArrayRecordComponent") // compared by nobody, and eight kilobytes each
record Model(
        UUID organization,
        long series,
        Instant judgedUntil,
        byte[] state,
        @Nullable Instant began,
        int calm,
        @Nullable Instant calmAt) {}
