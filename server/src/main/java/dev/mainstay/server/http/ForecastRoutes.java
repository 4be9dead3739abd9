package dev.mainstay.server.http;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.mainstay.anomaly.Forecast;
import dev.mainstay.anomaly.watch.SeriesForecast;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.OrganizationDatabase;
import dev.mainstay.server.auth.Access;
import dev.mainstay.telemetry.MetricQueries;
import dev.mainstay.telemetry.SeriesRow;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What is expected of metrics, with the band, and when one reaches a limit. Thread-safe.
final class ForecastRoutes {
    private static final int MOST_SERIES = 100;
    private static final Duration AHEAD = Duration.ofDays(1);
    private static final Duration FARTHEST = Duration.ofDays(30);

    private final Database database;
    private final InstantSource clock;

    ForecastRoutes(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    List<Route> routes() {
        return List.of(Route.get("/api/v1/metrics/forecast", Access.VIEWER, this::forecast));
    }

    private record Step(
            Instant at,
            double expected,
            @Nullable Double low,
            @Nullable Double high) {
        static Step of(Forecast forecast) {
            return new Step(forecast.time(), forecast.expected(), finite(forecast.low()), finite(forecast.high()));
        }
    }

    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    private record Series(
            long id,
            @Nullable String agent,
            String name,
            @JsonRawValue String labels,
            String unit,
            @Nullable Instant at,
            @Nullable Double value,
            @Nullable String method,
            List<Step> points,
            @Nullable Double reaches,
            @Nullable Instant reachesAt) {}

    private Answer forecast(Request request) {
        Duration ahead = request.query("ahead").map(ForecastRoutes::ahead).orElse(AHEAD);
        Double limit = request.query("reaches").map(ForecastRoutes::number).orElse(null);
        int most = request.limit(20, MOST_SERIES);
        OrganizationDatabase screens = database.api(request.organization()).forScreens();
        Optional<SeriesRow> after = Cursor.in(
                request,
                "forecast",
                3,
                parts -> new SeriesRow(Long.parseLong(parts.get(2)), parts.get(1), parts.get(0), "", ""));
        Page<SeriesRow> series = Page.of(
                MetricQueries.series(screens, request.query("name"), request.query("agent"), after, most + 1),
                most,
                row -> Cursor.of("forecast", row.name(), row.agent(), row.id()));
        Map<Long, SeriesForecast> forecasts = SeriesForecast.of(
                screens, series.items().stream().map(SeriesRow::id).toList(), clock.instant());
        return Answer.json(new Page<>(
                series.items().stream()
                        .map(row -> series(row, forecasts.get(row.id()), ahead, limit))
                        .toList(),
                series.next()));
    }

    private static Series series(
            SeriesRow row, @Nullable SeriesForecast forecast, Duration ahead, @Nullable Double limit) {
        List<Forecast> path = forecast == null
                ? List.of()
                : forecast.path(ahead).stream()
                        .filter(step -> Double.isFinite(step.expected()))
                        .toList();
        return new Series(
                row.id(),
                row.agent().isEmpty() ? null : row.agent(),
                row.name(),
                row.labels(),
                row.unit(),
                forecast == null ? null : forecast.newest().at(),
                forecast == null ? null : forecast.newest().value(),
                path.isEmpty() ? null : path.getLast().method(),
                path.stream().map(Step::of).toList(),
                limit,
                forecast == null || limit == null
                        ? null
                        : forecast.reaches(limit, ahead).map(Forecast::time).orElse(null));
    }

    private static Duration ahead(String text) {
        try {
            Duration ahead = Duration.parse(text);
            if (ahead.isPositive() && ahead.compareTo(FARTHEST) <= 0) {
                return ahead;
            }
        } catch (DateTimeException e) {
            // Refused below, as what is out of bounds is.
        }
        throw Refusal.parameter("ahead", "must be a duration of at most 30 days, such as PT12H or P7D");
    }

    private static Double number(String text) {
        try {
            double limit = Double.parseDouble(text);
            if (Double.isFinite(limit)) {
                return limit;
            }
        } catch (NumberFormatException e) {
            // Refused below, as what is not finite is.
        }
        throw Refusal.parameter("reaches", "must be a number, the limit in the metric's unit");
    }
}
