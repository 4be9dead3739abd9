package dev.mainstay.cluster;

import java.time.Duration;
import java.util.Arrays;

/// How long the database takes to answer, told by the renewals of a session: always the same small statement, with a
/// commit. Thread-safe.
///
/// Who reads the database is slow when it is, and so is everybody on a machine that has other work. That says nothing
/// of
/// an agent.
public final class DatabasePace {
    /// As long as what is usual of an agent is looked at: a quarter of an hour.
    private static final int KEPT = 900;

    private static final int FEWEST = 60;
    private static final int NEWEST = 5;
    private static final long SLOWER = 3;
    private static final long NOTHING = Duration.ofMillis(5).toNanos();

    private final long[] nanos = new long[KEPT];
    private int count;
    private int next;

    synchronized void answered(long took) {
        nanos[next] = took;
        next = (next + 1) % KEPT;
        count = Math.min(KEPT, count + 1);
    }

    /// Whether most of the newest answers took three times as long as usual.
    public synchronized boolean isSlow() {
        if (count < FEWEST) {
            return false;
        }
        long[] newest = new long[NEWEST];
        for (int i = 0; i < NEWEST; i++) {
            newest[i] = nanos[Math.floorMod(next - 1 - i, KEPT)];
        }
        return median(newest) >= Math.max(NOTHING, SLOWER * median(Arrays.copyOf(nanos, count)));
    }

    private static long median(long[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }
}
