package dev.mainstay.telemetry;

import java.util.Set;
import java.util.function.IntToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;

/// Marks the minutes of new points, so that they are rolled up. The last thing a transaction does: the
/// row lock it takes is what makes the roll-up wait for this transaction's rows. Stateless.
final class RollupMarks {
    private static final String MARK = """
            INSERT INTO rollup_pending (width, bucket)
            SELECT '1m', to_timestamp(minute * 60)
            FROM unnest(:minutes) AS minute
            ORDER BY minute
            ON CONFLICT (width, bucket) DO UPDATE SET marked_at = now()
            """;

    private static final long MICROS_PER_MINUTE = 60_000_000L;

    private RollupMarks() {}

    /// Of `points` many, each measured when `micros` says.
    static void mark(Handle handle, int points, IntToLongFunction micros) {
        Set<Long> minutes = IntStream.range(0, points)
                .mapToLong(point -> Math.floorDiv(micros.applyAsLong(point), MICROS_PER_MINUTE))
                .distinct()
                .boxed()
                .collect(Collectors.toSet());
        if (!minutes.isEmpty()) {
            handle.createUpdate(MARK).bindArray("minutes", Long.class, minutes).execute();
        }
    }
}
