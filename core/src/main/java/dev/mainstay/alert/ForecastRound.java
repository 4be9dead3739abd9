package dev.mainstay.alert;

import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.anomaly.Forecast;
import dev.mainstay.anomaly.watch.SeriesForecast;
import dev.mainstay.postgres.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/// Looks ahead for the rules that ask when a limit is reached, and stores what reaches it. Confined to one thread.
public final class ForecastRound {
    public static final Duration PERIOD = Duration.ofMinutes(5);

    /// SQL that tells whether a rule asks.
    public static final String DUE = """
            EXISTS (SELECT FROM alert_rules WHERE enabled AND definition -> 'forecast' IS NOT NULL)
            """;

    /// The first by number; what a rule is about should be fewer.
    private static final int MOST_SERIES = 500;

    private static final Duration OLDEST = Duration.ofHours(3);

    private static final String SERIES = """
            SELECT series.series_id
            FROM metric_series series
            LEFT JOIN agents agent
                ON agent.organization_id = series.organization_id AND agent.id = series.agent_id
            WHERE series.organization_id = :organization AND series.name LIKE :metric
            """;

    private static final String STORE = """
            INSERT INTO metric_forecasts (organization_id, rule, series_id, limit_value, value, expected, low, high,
                reaches_at, method)
            SELECT :organization, :rule, series_id, :limit, value, expected, nullif(low, 'NaN'), nullif(high, 'NaN'),
                reaches_at, method
            FROM unnest(:series, :values, :expecteds, :lows, :highs, :reaches, :methods)
                AS given (series_id, value, expected, low, high, reaches_at, method)
            ORDER BY series_id
            ON CONFLICT (organization_id, rule, series_id) DO UPDATE
            SET at = excluded.at, limit_value = excluded.limit_value, value = excluded.value,
                expected = excluded.expected, low = excluded.low, high = excluded.high,
                reaches_at = excluded.reaches_at, method = excluded.method
            """;

    private final Database database;
    private final AlertRuleStore rules = new AlertRuleStore();

    public ForecastRound(Database database) {
        this.database = database;
    }

    private record Reaching(long series, double value, Forecast at) {}

    /// Looks ahead for all rules.
    ///
    /// @param check fails in a transaction of one who leads no longer
    public void round(Consumer<Handle> check) {
        Instant now = database.now();
        for (AlertRule.Stored stored : database.read(handle -> rules.enabled(handle))) {
            if (stored.rule().condition() instanceof Condition.Reaches reaches) {
                List<Reaching> found = found(stored, reaches, now);
                database.write(handle -> {
                    check.accept(handle);
                    return store(handle, stored, reaches, found);
                });
            }
        }
    }

    private List<Reaching> found(AlertRule.Stored stored, Condition.Reaches reaches, Instant now) {
        List<Long> series = database.read(handle -> Findings.scoped(
                        handle, stored.rule(), SERIES, "ORDER BY series.series_id LIMIT " + MOST_SERIES)
                .bind("organization", stored.organization())
                .bind("metric", Findings.like(reaches.metric()))
                .mapTo(Long.class)
                .list());
        Map<Long, SeriesForecast> forecasts = SeriesForecast.of(database.api(stored.organization()), series, now);
        List<Reaching> found = new ArrayList<>();
        forecasts.forEach((id, forecast) -> reached(forecast, reaches, now)
                .ifPresent(at -> found.add(new Reaching(id, forecast.newest().value(), at))));
        return found;
    }

    /// Of a series that has stopped nothing is expected.
    private static Optional<Forecast> reached(SeriesForecast forecast, Condition.Reaches reaches, Instant now) {
        return forecast.newest().at().isBefore(now.minus(OLDEST))
                ? Optional.empty()
                : forecast.reaches(reaches.limit(), reaches.ahead());
    }

    private static int store(Handle handle, AlertRule.Stored stored, Condition.Reaches reaches, List<Reaching> found) {
        handle.createUpdate("""
                DELETE FROM metric_forecasts
                WHERE organization_id = :organization AND rule = :rule AND series_id <> ALL (:series)
                """)
                .bind("organization", stored.organization())
                .bind("rule", stored.rule().name())
                .bindArray("series", Long.class, column(found, Reaching::series))
                .execute();
        return handle.createUpdate(STORE)
                .bind("organization", stored.organization())
                .bind("rule", stored.rule().name())
                .bind("limit", reaches.limit())
                .bindArray("series", Long.class, column(found, Reaching::series))
                .bindArray("values", Double.class, column(found, Reaching::value))
                .bindArray(
                        "expecteds",
                        Double.class,
                        column(found, each -> each.at().expected()))
                .bindArray("lows", Double.class, column(found, each -> each.at().low()))
                .bindArray(
                        "highs", Double.class, column(found, each -> each.at().high()))
                .bindArray(
                        "reaches",
                        Instant.class,
                        column(found, each -> each.at().time()))
                .bindArray(
                        "methods", String.class, column(found, each -> each.at().method()))
                .execute();
    }
}
