package dev.mainstay.schedule;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What a back-fill did, or would do. Immutable.
///
/// @param moments how many moments the schedule has in the time asked for
/// @param already how many of them had their task before
/// @param enqueued how many tasks it enqueued; 0 when it was only asked what it would do
/// @param skipped how many the overlap policy left out
/// @param first the first moment, null when there is none
/// @param last the last moment
public record Backfill(
        int moments,
        int already,
        int enqueued,
        int skipped,
        @Nullable Instant first,
        @Nullable Instant last) {}
