package dev.mainstay.slo;

import dev.mainstay.config.Durations;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A promise: of the events of an indicator so many percent are good, over a period. Immutable,
/// thread-safe, and valid by construction.
///
/// @param agent of which agent; null when it is of a queue
/// @param metric of which metric, for cost and quality
/// @param bound milliseconds for latency, the value for cost and quality
/// @param objective percent
/// @param minEvents a window with fewer events than that is not judged
public record Slo(
        String name,
        @Nullable String agent,
        @Nullable String queue,
        Indicator indicator,
        @Nullable String metric,
        @Nullable Double bound,
        double objective,
        Duration period,
        int minEvents,
        String description) {
    public static final Duration USUAL_PERIOD = Duration.ofDays(30);
    public static final int USUAL_MIN_EVENTS = 10;

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,127}");
    private static final Duration LONGEST = Duration.ofDays(90);

    public Slo {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "name must be 1 to 128 of a-z 0-9 . _ - and begin with a letter or digit, was '" + name + "'");
        }
        if ((agent == null) == (queue == null)) {
            throw new IllegalArgumentException(
                    "agent or queue must be given, and only one of them: whose promise it is");
        }
        if (queue != null && !indicator.isOfQueues()) {
            throw new IllegalArgumentException(
                    "indicator must be success or latency for a queue, was " + indicator.word());
        }
        if (!(objective >= 50 && objective < 100)) {
            throw new IllegalArgumentException(
                    "objective must be from 50 to below 100 percent (100 leaves no budget), was " + objective);
        }
        if (period.compareTo(Duration.ofDays(1)) < 0 || period.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("period must be from 1d to 90d, was " + Durations.format(period));
        }
        if (minEvents < 1) {
            throw new IllegalArgumentException("minEvents must be at least 1, was " + minEvents);
        }
        if ((metric != null) != indicator.isOfMetric()) {
            throw new IllegalArgumentException(
                    "metric must be given for cost and quality and for nothing else; indicator is " + indicator.word());
        }
        boolean isBounded = indicator.isOfMetric() || indicator == Indicator.LATENCY;
        if ((bound != null) != isBounded) {
            throw new IllegalArgumentException(bounding(indicator));
        }
        if (bound != null && !Double.isFinite(bound)) {
            throw new IllegalArgumentException("bound must be a finite number, was " + bound);
        }
    }

    private static String bounding(Indicator indicator) {
        return switch (indicator) {
            case LATENCY -> "within must be given for latency: how long one may take";
            case COST -> "atMost must be given for cost: what one may cost";
            case QUALITY -> "atLeast must be given for quality: how good one must be";
            case SUCCESS, HEARTBEAT -> "within, atMost and atLeast must not be given for " + indicator.word();
        };
    }

    /// The share of events that may be bad.
    double budget() {
        return (100 - objective) / 100;
    }
}
