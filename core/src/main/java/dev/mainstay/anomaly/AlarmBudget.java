package dev.mainstay.anomaly;

import java.nio.ByteBuffer;

/// Which scores are worth an alarm, so that there are not more than so many a week. Not thread-safe.
///
/// The threshold follows the series' own scores: each alarm raises it by a decade, and time lowers it by as much as the
/// budget
/// allows alarms. Wherever it settles it is the quantile that is exceeded at the rate of the budget, whatever the
/// distribution (online quantile tracking, as in adaptive conformal inference). It never falls below 9 decades, since
/// a series in which nothing happens has no need to spend its budget, and is higher while little was seen.
final class AlarmBudget implements Remembered {
    static final double LEAST = 9;
    private static final double RAISE = 1;
    private static final double DOUBT = 4;
    private static final double DOUBTFUL = 600;
    private static final double WEEK = 7.0 * Wording.DAY;

    private final double perWeek;
    private double threshold = LEAST;
    private long seen;

    AlarmBudget(double perWeek) {
        this.perWeek = perWeek;
    }

    /// Whether the score is worth an alarm.
    ///
    /// @param step milliseconds since the point before
    boolean admits(double score, long step) {
        threshold = Math.max(LEAST, threshold - RAISE * perWeek * step / WEEK);
        if (score < threshold + DOUBT * DOUBTFUL / (DOUBTFUL + seen++)) {
            return false;
        }
        threshold += RAISE;
        return true;
    }

    double perWeek() {
        return perWeek;
    }

    @Override
    public void write(ByteBuffer to) {
        to.putDouble(threshold).putLong(seen);
    }

    @Override
    public void read(ByteBuffer from) {
        threshold = from.getDouble();
        seen = from.getLong();
    }
}
