package dev.mainstay.cluster;

import java.time.Duration;
import java.util.Arrays;

/// How long the database takes to answer, told by the renewals of a session: each second the same small statement,
/// with a commit. Thread-safe.
///
/// Who reads the database is slow when it is, and so is everybody on a machine that has other work. That says
/// nothing of an agent, nor do the ticks that fell into it, so it counts as slow for a while after: as long as agents
/// that tick every few seconds need for three. Where that has gone on for an hour, what it answers is learned as usual,
/// and only moments in which it is slow count.
final class DatabasePace {
    private static final int KEPT = 900;
    private static final int FEWEST = 60;
    private static final int NEWEST = 5;
    private static final int PASSED_OVER = 3_600;
    private static final int AFTERWARDS = 15;
    private static final long SLOWER = 3;
    private static final long NOTHING = Duration.ofMillis(5).toNanos();

    private final long[] newest = new long[NEWEST];
    private final long[] usual = new long[KEPT];
    private int answers;
    private int learned;
    private int slowFor;
    private int calmFor = AFTERWARDS;

    synchronized void answered(long took) {
        newest[answers++ % NEWEST] = took;
        boolean isNowSlow = learned >= FEWEST
                && median(newest, NEWEST) >= Math.max(NOTHING, SLOWER * median(usual, Math.min(KEPT, learned)));
        calmFor = isNowSlow ? 0 : calmFor + 1;
        slowFor = calmFor < AFTERWARDS ? slowFor + 1 : 0;
        if (!isNowSlow || slowFor > PASSED_OVER) {
            usual[learned++ % KEPT] = took;
        }
    }

    /// The connection was lost: who waited for an answer waited long, and a database that has started reads all anew.
    synchronized void interrupted() {
        calmFor = 0;
    }

    /// Whether most of the newest answers took three times as long as usual, or the connection was lost, now or at one
    /// of the last fifteen.
    synchronized boolean isSlow() {
        return calmFor == 0 || (calmFor < AFTERWARDS && slowFor <= PASSED_OVER);
    }

    private static long median(long[] values, int count) {
        long[] sorted = Arrays.copyOf(values, count);
        Arrays.sort(sorted);
        return sorted[count / 2];
    }
}
