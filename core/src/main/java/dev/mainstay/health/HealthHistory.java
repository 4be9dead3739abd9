package dev.mainstay.health;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Filter;
import dev.mainstay.postgres.Jsonb;
import dev.mainstay.postgres.OrganizationDatabase;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Computes health of the past again: from the heartbeats, events and minutes of its window, and from what was kept of
/// how it was judged. What was computed then stands in the metric of the score, so both can be compared.
///
/// They differ when rows of the window came later than two seconds, or are not kept any more; the answer says so.
/// Stateless and thread-safe.
public final class HealthHistory {
    /// Health is evaluated at least each ten seconds; a longer gap means that nobody did.
    private static final String STORED = """
            SELECT point.at, point.value
            FROM metric_series series
            JOIN performance_metrics point USING (organization_id, series_id)
            WHERE series.organization_id = :organization AND series.agent_id = :agent AND series.name = :name
                AND series.labels = CAST(:labels AS jsonb)
                AND point.at <= :at AND point.at > CAST(:at AS timestamptz) - interval '2 minutes'
            ORDER BY point.at DESC
            LIMIT 1
            """;

    private static final String CHANGE = """
            SELECT judged, band, basis::text AS basis,
                (SELECT min(at) FROM health_changes same
                    WHERE same.organization_id = newest.organization_id AND same.agent_id = newest.agent_id
                        AND same.group_name = newest.group_name AND same.at <= newest.at
                        AND same.at > coalesce((SELECT max(at) FROM health_changes other
                            WHERE other.organization_id = newest.organization_id
                                AND other.agent_id = newest.agent_id AND other.group_name = newest.group_name
                                AND other.at < newest.at AND other.band IS DISTINCT FROM newest.band),
                            '-infinity')) AS band_since
            FROM health_changes newest
            WHERE organization_id = :organization AND agent_id = :agent AND group_name = :group AND at <= :at
            ORDER BY at DESC
            LIMIT 1
            """;

    /// With which window and weights anybody was judged then.
    private static final String ANY_BASIS = """
            SELECT basis::text AS basis
            FROM health_changes
            WHERE organization_id = :organization AND basis IS NOT NULL AND at <= :at
            ORDER BY at DESC
            LIMIT 1
            """;

    private static final String KEPT = """
            SELECT EXISTS (
                SELECT FROM agent_heartbeats WHERE organization_id = :organization AND at <= :at) AS kept
            """;

    private static final double SAME = 1e-6;

    private final HealthObserver observer = new HealthObserver();

    private record Stored(Instant at, double score) {}

    private record Change(
            boolean judged, @Nullable String band, @Nullable String basis, Instant bandSince) {}

    /// The health of an agent at the moment `moment`.
    public PastHealth agent(OrganizationDatabase database, String agent, Instant moment) {
        return at(database, HealthSubject.agent(database.organization(), agent), moment);
    }

    /// The same of a group of agents.
    public PastHealth group(OrganizationDatabase database, String group, Instant moment) {
        return at(database, HealthSubject.group(database.organization(), group), moment);
    }

    /// The same of the system.
    public PastHealth system(OrganizationDatabase database, Instant moment) {
        return at(database, HealthSubject.system(database.organization()), moment);
    }

    private PastHealth at(OrganizationDatabase database, HealthSubject subject, Instant moment) {
        Optional<Stored> stored = stored(database, subject, moment);
        Optional<Change> change = change(database, subject, moment);
        if (change.isPresent() && !change.get().judged()) {
            return PastHealth.unknown(
                    subject, null, null, "it was not judged then: people held it, or no living node ran it");
        }
        if (stored.isEmpty()) {
            return PastHealth.unknown(subject, null, null, "no score is stored of the two minutes before " + moment);
        }
        Stored then = stored.get();
        Optional<Map<String, Object>> basis = basis(database, change, then.at());
        if (change.isEmpty() || basis.isEmpty()) {
            return PastHealth.unknown(subject, then.at(), then.score(), "how it was judged then is not kept any more");
        }
        return again(database, subject, then, change.get(), basis.get());
    }

    private PastHealth again(
            OrganizationDatabase database,
            HealthSubject subject,
            Stored then,
            Change change,
            Map<String, Object> basis) {
        Instant until = then.at().minus(HealthEvaluator.STORED_WITHIN);
        if (!isKept(database, until)) {
            return PastHealth.unknown(
                    subject, then.at(), then.score(), "heartbeats of that time are not kept any more");
        }
        HealthWeights weights = HealthBasis.weights(basis);
        List<HealthScore> scores =
                observer.then(database, subject, then.at(), until, HealthBasis.window(basis), weights).stream()
                        .flatMap(seen -> HealthScore.of(seen.observation(), weights).stream())
                        .toList();
        if (scores.isEmpty()) {
            return PastHealth.unknown(
                    subject, then.at(), then.score(), "the rows it was computed from are not kept any more");
        }
        HealthScore score = subject.isAgent() ? scores.getFirst() : SystemHealth.of(database.organization(), scores);
        return new PastHealth(
                subject.agentOrNull(),
                subject.groupOrNull(),
                then.at(),
                score.score(),
                change.band(),
                change.bandSince(),
                score.plainParts(),
                then.score(),
                Math.abs(score.score() - then.score()) <= SAME
                        ? null
                        : "rows of this window were stored after it was evaluated, or are not kept any more");
    }

    private static Filter of(OrganizationDatabase database, HealthSubject subject, Instant moment) {
        return new Filter()
                .with("organization", database.organization())
                .with("agent", subject.agent())
                .with("group", subject.group())
                .with("at", moment);
    }

    private static Optional<Stored> stored(OrganizationDatabase database, HealthSubject subject, Instant moment) {
        Filter filter = of(database, subject, moment);
        HealthEvaluator.series(subject).forEach(filter::with);
        return database.find(
                STORED,
                filter.parameters(),
                (row, context) -> new Stored(Columns.instant(row, "at"), row.getDouble("value")));
    }

    private static Optional<Change> change(OrganizationDatabase database, HealthSubject subject, Instant moment) {
        return database.find(
                CHANGE,
                of(database, subject, moment).parameters(),
                (row, context) -> new Change(
                        row.getBoolean("judged"),
                        row.getString("band"),
                        row.getString("basis"),
                        Columns.instant(row, "band_since")));
    }

    private static Optional<Map<String, Object>> basis(
            OrganizationDatabase database, Optional<Change> change, Instant at) {
        return change.map(Change::basis)
                .or(() -> database.find(
                        ANY_BASIS,
                        new Filter()
                                .with("organization", database.organization())
                                .with("at", at)
                                .parameters(),
                        (row, context) -> row.getString("basis")))
                .map(Jsonb::map);
    }

    private static boolean isKept(OrganizationDatabase database, Instant until) {
        return database.find(
                        KEPT,
                        new Filter()
                                .with("organization", database.organization())
                                .with("at", until)
                                .parameters(),
                        (row, context) -> row.getBoolean("kept"))
                .orElse(false);
    }
}
