package dev.mainstay.anomaly;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;

/// A seeded series of five-minute points that begins on a Monday, fed to a detector point by point.
final class Synthetic {
    static final long START = Instant.parse("2026-03-02T00:00:00Z").toEpochMilli();
    static final long STEP = 5 * 60 * 1000;
    static final int DAY = 288;
    static final int WEEK = 7 * DAY;

    private final AnomalyDetector detector = AnomalyDetector.withBudget(AnomalyDetector.DEFAULT_BUDGET);
    private final Random random;
    private long time = START;

    Synthetic(long seed) {
        random = new Random(seed);
    }

    AnomalyDetector detector() {
        return detector;
    }

    double noise() {
        return random.nextGaussian();
    }

    /// A day that goes up and down, with noise.
    double daily() {
        double phase = 2 * Math.PI * (time % (DAY * STEP)) / (DAY * STEP);
        return 100 - 40 * Math.cos(phase) + 2 * noise();
    }

    List<Verdict> days(double days, DoubleUnaryOperator of) {
        return points((int) (days * DAY), of);
    }

    /// So many points; the value is made from the usual one of that time.
    List<Verdict> points(int points, DoubleUnaryOperator of) {
        List<Verdict> verdicts = new ArrayList<>();
        for (int i = 0; i < points; i++) {
            verdicts.add(next(of.applyAsDouble(daily())));
        }
        return verdicts;
    }

    Verdict next(double value) {
        time += STEP;
        return detector.observe(time, value);
    }

    void pause(long millis) {
        time += millis;
    }

    static long alarms(List<Verdict> verdicts) {
        return verdicts.stream().filter(Verdict::isAnomaly).count();
    }
}
