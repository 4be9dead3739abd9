package dev.mainstay.anomaly;

import dev.mainstay.anomaly.Verdict.Treatment;
import java.nio.ByteBuffer;
import java.time.Instant;

/// Judges the points of one series, each by those before it alone. The state has a fixed size, whatever was seen.
///
/// Not thread-safe: a series is judged by one thread at a time.
///
/// ```java
/// var detector = AnomalyDetector.withBudget(0.25);
/// Verdict verdict = detector.observe(Instant.parse("2026-03-01T12:00:00Z"), 21.5);
/// ```
public final class AnomalyDetector {
    /// Alarms a week that a series may raise, if nothing else is said.
    public static final double DEFAULT_BUDGET = 0.25;

    private static final double MOST_BUDGET = 10_000;

    private final Timeline timeline = new Timeline();
    private final Suppression suppression = new Suppression();
    private final AlarmBudget budget;
    private Scale scale = new Scale();
    private Channels channels = new Channels();

    private AnomalyDetector(double perWeek) {
        budget = new AlarmBudget(perWeek);
    }

    /// A detector that has seen nothing yet.
    ///
    /// @param perWeek false alarms that are acceptable in a week, above 0 and at most 10,000
    /// @throws IllegalArgumentException for any other
    public static AnomalyDetector withBudget(double perWeek) {
        if (!(perWeek > 0 && perWeek <= MOST_BUDGET)) {
            throw new IllegalArgumentException(
                    "the budget must be above 0 and at most 10000 false alarms a week, was " + perWeek);
        }
        return new AnomalyDetector(perWeek);
    }

    public Verdict observe(Instant time, double value) {
        return observe(time.toEpochMilli(), value);
    }

    /// The same, with the time in milliseconds since 1970.
    public Verdict observe(long time, double value) {
        if (!Double.isFinite(value)) {
            return Verdict.without(Treatment.NO_VALUE);
        }
        Treatment treatment = timeline.accept(time);
        if (treatment != Treatment.SCORED) {
            return Verdict.without(treatment);
        }
        return scale.isChosen() ? judge(time, value) : warmUp(time, value);
    }

    private Verdict warmUp(long time, double value) {
        scale.hold(value);
        if (scale.isChosen()) {
            learnFirst(time);
        }
        return Verdict.without(Treatment.WARMING_UP);
    }

    /// The first values are learned once there is a scale for them, at the times they would have had at
    /// the usual interval.
    private void learnFirst(long newest) {
        double[] first = scale.first();
        for (int i = 0; i < first.length; i++) {
            long time = newest - (first.length - 1 - i) * timeline.interval();
            suppression.pass(channels.observe(sample(time, first[i], 0)));
        }
    }

    private Sample sample(long time, double value, long step) {
        return new Sample(time, scale.of(value), timeline.interval(), step);
    }

    private Verdict judge(long time, double value) {
        Sample sample = sample(time, value, timeline.step());
        double surprise = channels.observe(sample);
        double score = suppression.pass(surprise);
        boolean isAnomaly = budget.admits(score, timeline.step(), timeline.interval());
        Verdict verdict = verdict(sample, score, surprise, isAnomaly);
        if (scale.isOutgrown()) {
            scale = new Scale();
            channels = new Channels();
        }
        return verdict;
    }

    private Verdict verdict(Sample sample, double score, double surprise, boolean isAnomaly) {
        SeasonalLevel level = channels.level();
        return new Verdict(
                Treatment.SCORED,
                score,
                surprise,
                isAnomaly,
                scale.value(level.expected()),
                scale.value(level.low()),
                scale.value(level.high()),
                channels.why(score, new Wording(scale, sample)));
    }

    /// Alarms a week this series may raise.
    public double budget() {
        return budget.perWeek();
    }

    void write(ByteBuffer to) {
        timeline.write(to);
        suppression.write(to);
        budget.write(to);
        scale.write(to);
        channels.write(to);
    }

    void read(ByteBuffer from) {
        timeline.read(from);
        suppression.read(from);
        budget.read(from);
        scale.read(from);
        channels.read(from);
    }
}
