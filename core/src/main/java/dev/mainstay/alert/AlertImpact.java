package dev.mainstay.alert;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.OrganizationDatabase;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// What an incident costs, estimated from the money that the agent's work usually brings in; nothing where that is not
/// known. Thread-safe.
///
/// The rate is the sum of `work.value` in the whole hours of the seven days before the incident, by the hours since the
/// first of them; less than a whole hour of it, and there is no estimate. The loss is the rate by the length of the
/// incident, less what was brought in meanwhile, and never less than nothing. Currencies stay apart.
public final class AlertImpact {
    private static final String ESTIMATE = """
            WITH incident AS MATERIALIZED (
                SELECT organization_id, agent_id, began_at, coalesce(resolved_at, now()) AS ended_at,
                    date_trunc('hour', began_at) AS hour
                FROM alerts
                WHERE organization_id = :organization AND alert_id = :alert AND agent_id IS NOT NULL),
            usual AS (
                SELECT series.unit AS currency, incident.began_at, incident.ended_at, min(hourly.bucket) AS since,
                    sum(hourly.sum) / (extract(epoch FROM incident.hour - min(hourly.bucket)) / 3600) AS an_hour,
                    array_agg(DISTINCT series.series_id) AS series
                FROM incident
                JOIN metric_series series ON series.organization_id = incident.organization_id
                    AND series.agent_id = incident.agent_id AND series.name = 'work.value'
                JOIN agent_metrics_1h hourly ON hourly.organization_id = series.organization_id
                    AND hourly.series_id = series.series_id AND hourly.bucket >= incident.hour - interval '7 days'
                    AND hourly.bucket < incident.hour
                GROUP BY series.unit, incident.began_at, incident.ended_at, incident.hour)
            SELECT usual.currency, usual.began_at, usual.ended_at, usual.since, usual.an_hour,
                coalesce((
                    SELECT sum(point.value)
                    FROM performance_metrics point
                    WHERE point.organization_id = :organization AND point.series_id = ANY (usual.series)
                        AND point.at > usual.began_at AND point.at <= usual.ended_at), 0) AS produced
            FROM usual
            ORDER BY usual.currency
            """;

    private static final double SECONDS_AN_HOUR = 3_600;

    private final OrganizationDatabase database;

    public AlertImpact(OrganizationDatabase database) {
        this.database = database;
    }

    /// The loss in one currency. Immutable and thread-safe.
    ///
    /// @param usualAnHour what the work brought in an hour, on average since `since`
    /// @param produced what it brought in from `from` to `to`, the incident
    public record Estimate(
            String currency,
            double lost,
            double usualAnHour,
            double produced,
            Instant since,
            Instant from,
            Instant to) {}

    /// The loss of an incident so far; empty when it is about no agent, or when nobody knows what its work is worth.
    public List<Estimate> of(UUID alert) {
        return database.list(
                ESTIMATE, Map.of("organization", database.organization(), "alert", alert), (row, context) -> {
                    Instant from = Columns.instant(row, "began_at");
                    Instant to = Columns.instant(row, "ended_at");
                    double hours = (to.toEpochMilli() - from.toEpochMilli()) / 1e3 / SECONDS_AN_HOUR;
                    double usual = row.getDouble("an_hour");
                    double produced = row.getDouble("produced");
                    return new Estimate(
                            row.getString("currency"),
                            Math.max(0, usual * hours - produced),
                            usual,
                            produced,
                            Columns.instant(row, "since"),
                            from,
                            to);
                });
    }
}
