package dev.mainstay.telemetry;

/// What an agent's ticks did since the heartbeat before. Sums may be added, so that heartbeats can be merged
/// while the database is away and no count is lost. What is beyond all sense is cut to a bound, because one number that
/// overflows a sum would fail what it is summed with. Immutable.
///
/// @param busyMillis time spent in ticks, in milliseconds
/// @param maxMillis the longest tick
/// @param lateMillis the largest distance between a tick's due time and its start
/// @param abandoned ticks that did not stop when interrupted
/// @param failing how many of its own ticks have failed in a row by now, attempts at tasks left out
public record TickCounts(
        int ticks,
        int failures,
        long items,
        double busyMillis,
        double maxMillis,
        double lateMillis,
        int abandoned,
        int restarts,
        int failing) {
    public static final long MOST_ITEMS = 1_000_000_000_000_000L;
    public static final double LONGEST_MILLIS = 1e12;
    public static final TickCounts NONE = new TickCounts(0, 0, 0, 0, 0, 0, 0, 0, 0);

    public TickCounts {
        items = Math.min(items, MOST_ITEMS);
        busyMillis = Math.min(busyMillis, LONGEST_MILLIS);
        maxMillis = Math.min(maxMillis, LONGEST_MILLIS);
        lateMillis = Math.min(lateMillis, LONGEST_MILLIS);
    }

    /// With what was counted before, by `other`.
    public TickCounts plus(TickCounts other) {
        return new TickCounts(
                ticks + other.ticks,
                failures + other.failures,
                items + other.items,
                busyMillis + other.busyMillis,
                Math.max(maxMillis, other.maxMillis),
                Math.max(lateMillis, other.lateMillis),
                abandoned + other.abandoned,
                restarts + other.restarts,
                failing);
    }
}
