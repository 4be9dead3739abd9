package dev.mainstay.anomaly.watch;

import dev.mainstay.anomaly.Forecast;
import dev.mainstay.anomaly.Forecaster;
import dev.mainstay.postgres.OrganizationDatabase;
import dev.mainstay.telemetry.MetricQueries;
import dev.mainstay.telemetry.Point;
import dev.mainstay.telemetry.Resolution;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A look ahead on a stored series, made of its hours, or of its minutes while there are hours of less than three
/// days. Nothing of it is kept: the same rows give the same forecast. Confined to one thread.
public final class SeriesForecast {
    private static final Duration HOURS = Duration.ofDays(41);
    private static final Duration MINUTES = Duration.ofHours(47);
    private static final Duration LEAST_OF_HOURS = Duration.ofDays(3);
    private static final int MOST_POINTS = 240;

    private final Forecaster forecaster;
    private final Point newest;
    private final Duration step;

    private SeriesForecast(Forecaster forecaster, Point newest, Duration step) {
        this.forecaster = forecaster;
        this.newest = newest;
        this.step = step;
    }

    /// Those of `series` of which there is enough: some points, half an hour apart.
    ///
    /// @param now the database's time
    public static Map<Long, SeriesForecast> of(OrganizationDatabase database, List<Long> series, Instant now) {
        Map<Long, List<Point>> hours = MetricQueries.points(database, series, Resolution.HOUR, now.minus(HOURS), now);
        Map<Long, SeriesForecast> forecasts = new HashMap<>();
        List<Long> young = new ArrayList<>();
        for (long id : series) {
            List<Point> points = hours.getOrDefault(id, List.of());
            if (span(points).compareTo(LEAST_OF_HOURS) < 0) {
                young.add(id);
            } else {
                forecasts.put(id, of(points, Duration.ofHours(1)));
            }
        }
        MetricQueries.points(database, young, Resolution.MINUTE, now.minus(MINUTES), now)
                .forEach((id, points) -> forecasts.put(id, of(points, Duration.ofMinutes(30))));
        return forecasts;
    }

    private static Duration span(List<Point> points) {
        return points.isEmpty()
                ? Duration.ZERO
                : Duration.between(points.getFirst().at(), points.getLast().at());
    }

    private static SeriesForecast of(List<Point> points, Duration step) {
        Forecaster forecaster = new Forecaster();
        points.forEach(point -> forecaster.observe(point.at(), point.value()));
        return new SeriesForecast(forecaster, points.getLast(), step);
    }

    /// The newest whole minute or hour there is.
    public Point newest() {
        return newest;
    }

    /// What is expected up to `ahead`, in at most 240 steps; none before there is a ground for it.
    public List<Forecast> path(Duration ahead) {
        long steps = Math.max(1, ahead.dividedBy(step));
        long joined = Math.ceilDiv(steps, MOST_POINTS);
        List<Forecast> path = new ArrayList<>();
        for (long each = joined; each <= steps; each += joined) {
            forecaster.after(step.multipliedBy(each)).ifPresent(path::add);
        }
        return path;
    }

    /// The first moment within `most` at which the band reaches the limit, from below or from above.
    public Optional<Forecast> reaches(double limit, Duration most) {
        return forecaster.timeTo(limit, most).flatMap(forecaster::after);
    }
}
