package dev.mainstay.cluster;

import dev.mainstay.postgres.DatabaseSlowness;
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
    private DatabaseSlowness newestSlowness = DatabaseSlowness.NONE;
    private DatabaseSlowness worst = DatabaseSlowness.NONE;
    private int answers;
    private int learned;
    private int slowFor;
    private int calmFor = AFTERWARDS;
    private int lostFor;

    synchronized void answered(long took) {
        newest[answers++ % NEWEST] = took;
        newestSlowness = compared();
        calmFor = newestSlowness.isNone() ? calmFor + 1 : 0;
        slowFor = calmFor < AFTERWARDS ? slowFor + 1 : 0;
        worst = calmFor < AFTERWARDS ? worst.or(newestSlowness) : DatabaseSlowness.NONE;
        lostFor = Math.max(0, lostFor - 1);
        if (newestSlowness.isNone() || slowFor > PASSED_OVER) {
            usual[learned++ % KEPT] = took;
        }
    }

    private DatabaseSlowness compared() {
        if (learned < FEWEST) {
            return DatabaseSlowness.NONE;
        }
        long took = median(newest, NEWEST);
        long asUsual = median(usual, Math.min(KEPT, learned));
        return took < Math.max(NOTHING, SLOWER * asUsual)
                ? DatabaseSlowness.NONE
                : new DatabaseSlowness((double) took / asUsual, took / 1e6);
    }

    /// The connection was lost: who waited for an answer waited long, and a database that has started reads all anew.
    synchronized void interrupted() {
        calmFor = 0;
        lostFor = AFTERWARDS;
    }

    /// How slow it was at worst since it became so, until fifteen answers in a row were not.
    synchronized DatabaseSlowness slowness() {
        boolean isLasting = slowFor > PASSED_OVER;
        if (calmFor >= AFTERWARDS || (isLasting && calmFor > 0)) {
            return DatabaseSlowness.NONE;
        }
        if (lostFor > 0) {
            return DatabaseSlowness.UNKNOWN;
        }
        return isLasting ? newestSlowness : worst;
    }

    private static long median(long[] values, int count) {
        long[] sorted = Arrays.copyOf(values, count);
        Arrays.sort(sorted);
        return sorted[count / 2];
    }
}
