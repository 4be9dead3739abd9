package dev.mainstay.anomaly;

import dev.mainstay.anomaly.Verdict.Treatment;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Looks ahead on one series: as the day or the week before, their means, a level with a trend that dies away, or the
/// recent mean, whichever was off least of late at about that distance. The state has a fixed size.
///
/// Points are taken together in steps of half an hour, or of the interval they have where that is longer.
/// Not thread-safe.
public final class Forecaster {
    private static final long SHORTEST = 30 * 60 * 1000L;
    private static final long WEEK = 7 * Wording.DAY;
    private static final int FIRST = 8;
    private static final int FARTHEST = 24;

    private final Timeline timeline = new Timeline();
    private int first;
    private @Nullable Steps steps;

    public void observe(Instant time, double value) {
        observe(time.toEpochMilli(), value);
    }

    /// Takes a point; what is late, repeated, no number or beyond 3.4e38 changes nothing.
    public void observe(long time, double value) {
        boolean isUsable = Math.abs(value) < Float.MAX_VALUE && timeline.accept(time) == Treatment.SCORED;
        if (!isUsable) {
            return;
        }
        if (steps == null && ++first >= FIRST) {
            steps = new Steps(Math.clamp(timeline.interval(), SHORTEST, WEEK));
        }
        if (steps != null) {
            steps.add(time, value);
        }
    }

    /// What is expected so long after the beginning of the newest whole step; empty before there is a ground for it.
    public Optional<Forecast> after(Duration ahead) {
        if (steps == null || !steps.isReady()) {
            return Optional.empty();
        }
        long wanted = Math.ceilDiv(Math.max(1, ahead.toMillis()), steps.length());
        return Optional.of(forecast(steps, (int) Math.min(Integer.MAX_VALUE, wanted)));
    }

    private static Forecast forecast(Steps steps, int ahead) {
        Horizon horizon = steps.horizon(ahead);
        ForecastModel model = steps.model(horizon);
        double expected = model.ahead(steps.newest(), ahead);
        double wider = model.isFading() ? Math.sqrt(Math.max(1, ahead / (double) FARTHEST)) : 1;
        return new Forecast(
                Instant.ofEpochMilli(steps.newest() + ahead * steps.length()),
                expected,
                expected + wider * horizon.margin(false),
                expected + wider * horizon.margin(true),
                model.method());
    }

    /// How long until the band first reaches the limit, from below or from above; empty if it does not within `most`,
    /// or there is no band yet.
    public Optional<Duration> timeTo(double limit, Duration most) {
        if (steps == null || !steps.isReady()) {
            return Optional.empty();
        }
        boolean isUpper = limit > steps.newestValue();
        long last = Math.min(most.toMillis() / steps.length(), Integer.MAX_VALUE - 1);
        for (int ahead = 1; ahead <= last; ahead++) {
            Forecast forecast = forecast(steps, ahead);
            if (isUpper ? forecast.high() >= limit : forecast.low() <= limit) {
                return Optional.of(Duration.ofMillis(ahead * steps.length()));
            }
        }
        return Optional.empty();
    }
}
