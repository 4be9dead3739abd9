package dev.mainstay.cluster;

import java.time.Duration;
import java.util.Arrays;

/// How long the database takes to answer, told by the renewals of a session: each second the same small statement,
/// with a commit. Thread-safe.
///
/// Who reads the database is slow when it is, and so is everybody on a machine that has other work. That says
/// nothing of an agent. What it answers while it is slow is not learned as usual, unless that lasts for an hour.
final class DatabasePace {
    private static final int KEPT = 900;
    private static final int FEWEST = 60;
    private static final int NEWEST = 5;
    private static final int PASSED_OVER = 3_600;
    private static final long SLOWER = 3;
    private static final long NOTHING = Duration.ofMillis(5).toNanos();

    private final long[] newest = new long[NEWEST];
    private final long[] usual = new long[KEPT];
    private int answers;
    private int learned;
    private int slowFor;

    synchronized void answered(long took) {
        newest[answers++ % NEWEST] = took;
        boolean isNowSlow = learned >= FEWEST
                && median(newest, NEWEST) >= Math.max(NOTHING, SLOWER * median(usual, Math.min(KEPT, learned)));
        slowFor = isNowSlow ? slowFor + 1 : 0;
        if (!isNowSlow || slowFor > PASSED_OVER) {
            usual[learned++ % KEPT] = took;
        }
    }

    /// Whether most of the newest answers took three times as long as usual.
    synchronized boolean isSlow() {
        return slowFor > 0;
    }

    private static long median(long[] values, int count) {
        long[] sorted = Arrays.copyOf(values, count);
        Arrays.sort(sorted);
        return sorted[count / 2];
    }
}
