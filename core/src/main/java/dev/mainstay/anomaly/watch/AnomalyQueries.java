package dev.mainstay.anomaly.watch;

import dev.mainstay.postgres.Filter;
import dev.mainstay.postgres.OrganizationDatabase;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// Reads anomalies. Stateless and thread-safe.
public final class AnomalyQueries {
    private static final String LIST = "SELECT " + Anomaly.COLUMNS + """
            FROM anomalies
            WHERE organization_id = :organization FILTERED
            ORDER BY anomaly_id DESC
            LIMIT :limit
            """;

    private AnomalyQueries() {}

    /// What to look for; an anomaly that lasts into the time is in it.
    ///
    /// @param metric a name, or the beginning of names followed by `*`
    /// @param lasting whether it lasts, or has ended
    public record Wanted(
            Optional<String> agent,
            Optional<String> metric,
            Optional<Long> series,
            Optional<Boolean> lasting,
            Optional<Instant> from,
            Optional<Instant> to) {}

    /// The one found last comes first.
    ///
    /// @param before an anomaly a page ended with
    public static List<Anomaly> page(OrganizationDatabase database, Wanted wanted, Optional<UUID> before, int limit) {
        Filter filter = new Filter()
                .with("organization", database.organization())
                .with("limit", limit)
                .and("agent_id = :agent", "agent", wanted.agent())
                .andWord("metric", "metric", wanted.metric())
                .and("series_id = :series", "series", wanted.series());
        wanted.from().ifPresent(from -> filter.and("coalesce(ended_at, 'infinity') >= :from", "from", from));
        wanted.to().ifPresent(to -> filter.and("began_at < :to", "to", to));
        wanted.lasting().ifPresent(lasting -> filter.and(lasting ? "ended_at IS NULL" : "ended_at IS NOT NULL"));
        before.ifPresent(anomaly -> filter.and("anomaly_id < :before").with("before", anomaly));
        return database.list(filter.into(LIST), filter.parameters(), (row, context) -> Anomaly.map(row));
    }

    public static Optional<Anomaly> find(OrganizationDatabase database, UUID anomaly) {
        return database.find(
                "SELECT " + Anomaly.COLUMNS
                        + " FROM anomalies WHERE organization_id = :organization AND anomaly_id = :anomaly",
                Map.of("organization", database.organization(), "anomaly", anomaly),
                (row, context) -> Anomaly.map(row));
    }
}
