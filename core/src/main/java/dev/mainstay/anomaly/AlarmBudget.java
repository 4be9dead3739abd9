package dev.mainstay.anomaly;

import java.nio.ByteBuffer;

/// Which scores are worth an alarm, so that there are not more than so many a week. Not thread-safe.
///
/// The threshold follows the series' own scores: each alarm raises it by a decade, and time lowers it
/// by as much as the budget allows alarms. Wherever it settles it is the quantile that is exceeded at
/// the rate of the budget, whatever the distribution (online quantile tracking, as in adaptive
/// conformal inference). It never falls below 9 decades, since a series in which nothing happens has no
/// need to spend its budget, nor below three quarters of a decade more where ten times as many points come as
/// one each five minutes, since of these ten times as many are that rare. It is higher while little was seen.
final class AlarmBudget implements Remembered {
    static final double LEAST = 9;
    private static final double LEAST_INTERVAL = 5.0 * 60 * 1000;
    /// For ten times as many points; with a whole decade one of twenty series that stand still is not told of.
    private static final double DENSER = 0.75;
    private static final double RAISE = 1;
    private static final double DOUBT = 4;
    private static final double DOUBTFUL = 600;
    private static final double WEEK = 7.0 * Wording.DAY;

    private final double perWeek;
    private double threshold;
    private long seen;

    AlarmBudget(double perWeek) {
        this.perWeek = perWeek;
    }

    /// Whether the score is worth an alarm.
    ///
    /// @param step milliseconds since the point before
    /// @param interval milliseconds between points, as is usual
    boolean admits(double score, long step, long interval) {
        threshold = Math.max(least(interval), threshold - RAISE * perWeek * step / WEEK);
        if (score < threshold + DOUBT * DOUBTFUL / (DOUBTFUL + seen++)) {
            return false;
        }
        threshold += RAISE;
        return true;
    }

    private static double least(long interval) {
        return LEAST + DENSER * Math.max(0, Math.log10(LEAST_INTERVAL / Math.max(1, interval)));
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
