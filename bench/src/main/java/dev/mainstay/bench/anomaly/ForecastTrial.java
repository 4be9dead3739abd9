package dev.mainstay.bench.anomaly;

import dev.mainstay.anomaly.Forecast;
import dev.mainstay.anomaly.Forecaster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// One series forecast a day ahead, every hour of its second half, by the forecaster and by three simple ways.
///
/// Errors are weighted absolute percentage errors: the sum of the absolute errors over the sum of the values. Used by
/// one thread.
final class ForecastTrial {
    private static final long STEP = 3600 * 1000;
    private static final int DAY = 24;
    private static final int WEEK = 7 * DAY;
    private static final double LEVEL = 0.3;
    private static final double TREND = 0.1;

    private final List<Double> hours;
    private double total;
    private double own;
    private double naiveDay;
    private double naiveWeek;
    private double holt;
    private int inside;
    private int judged;

    private ForecastTrial(List<Double> hours) {
        this.hours = hours;
    }

    static ForecastTrial of(LabelledSeries series) {
        ForecastTrial trial = new ForecastTrial(hourly(series));
        trial.run();
        return trial;
    }

    /// Means over hours; an hour without a point has that of the hour before.
    private static List<Double> hourly(LabelledSeries series) {
        List<Double> hours = new ArrayList<>();
        long first = series.time(0) / STEP;
        double sum = 0;
        int count = 0;
        for (int i = 0; i < series.length(); i++) {
            while (first + hours.size() < series.time(i) / STEP) {
                hours.add(count > 0 ? sum / count : hours.isEmpty() ? series.value(i) : hours.getLast());
                sum = 0;
                count = 0;
            }
            sum += series.value(i);
            count++;
        }
        return hours;
    }

    private void run() {
        Forecaster forecaster = new Forecaster();
        double level = hours.getFirst();
        double trend = 0;
        for (int now = 0; now + DAY < hours.size(); now++) {
            forecaster.observe(now * STEP, hours.get(now));
            double before = level;
            level = LEVEL * hours.get(now) + (1 - LEVEL) * (level + trend);
            trend = TREND * (level - before) + (1 - TREND) * trend;
            if (now >= Math.max(2 * WEEK, hours.size() / 2)) {
                judge(forecaster, now, level + DAY * trend);
            }
        }
    }

    private void judge(Forecaster forecaster, int now, double byTrend) {
        // The hour that is now is not whole for the forecaster, so for it the same moment is an hour farther.
        Forecast forecast =
                forecaster.after(Duration.ofMillis((DAY + 1) * STEP)).orElseThrow();
        double actual = hours.get(now + DAY);
        total += Math.abs(actual);
        own += Math.abs(actual - forecast.expected());
        naiveDay += Math.abs(actual - hours.get(now));
        naiveWeek += Math.abs(actual - hours.get(now + DAY - WEEK));
        holt += Math.abs(actual - byTrend);
        judged++;
        inside += actual >= forecast.low() && actual <= forecast.high() ? 1 : 0;
    }

    double error() {
        return own / total;
    }

    /// The best of as the day before, as the week before, and Holt's level and trend.
    double bestSimple() {
        return Math.min(naiveDay, Math.min(naiveWeek, holt)) / total;
    }

    /// The share of values within the band, which promises nine tenths.
    double coverage() {
        return inside / (double) judged;
    }
}
