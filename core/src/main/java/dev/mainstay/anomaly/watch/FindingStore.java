package dev.mainstay.anomaly.watch;

import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.anomaly.Verdict;
import dev.mainstay.anomaly.watch.AnomalyChange.Began;
import dev.mainstay.anomaly.watch.AnomalyChange.Ended;
import dev.mainstay.anomaly.watch.AnomalyChange.Grew;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/// Writes anomalies and the events that tell of them. What is written twice, as after a crash, changes nothing the
/// second time. Stateless and thread-safe.
final class FindingStore {
    private static final String BEGIN = """
            WITH begun AS (
                INSERT INTO anomalies (organization_id, series_id, agent_id, metric, labels, unit, began_at, peak_at,
                    score, value, expected, low, high, why)
                SELECT organization_id, series_id, series.agent_id, series.name, series.labels, series.unit, began_at,
                    began_at, score, value, nullif(expected, 'NaN'), nullif(low, 'NaN'), nullif(high, 'NaN'), why
                FROM unnest(:organizations, :series, :begans, :scores, :values, :expecteds, :lows, :highs, :whys)
                    AS given (organization_id, series_id, began_at, score, value, expected, low, high, why)
                JOIN metric_series series USING (organization_id, series_id)
                ORDER BY organization_id, series_id
                ON CONFLICT (organization_id, series_id, began_at) DO NOTHING
                RETURNING *)
            INSERT INTO system_events (organization_id, type, severity, agent_id, cause, detail)
            SELECT organization_id, 'anomaly.began', 'info', nullif(agent_id, ''), metric || ': ' || why,
                jsonb_build_object('anomaly', anomaly_id, 'series', series_id, 'metric', metric, 'labels', labels,
                    'at', began_at, 'score', score, 'value', value, 'expected', expected)
            FROM begun
            """;

    private static final String GROW = """
            UPDATE anomalies
            SET peak_at = given.at, score = given.score, value = given.value,
                expected = nullif(given.expected, 'NaN'), low = nullif(given.low, 'NaN'),
                high = nullif(given.high, 'NaN'), why = given.why
            FROM (
                SELECT DISTINCT ON (organization_id, series_id, began_at) *
                FROM unnest(:organizations, :series, :begans, :ats, :scores, :values, :expecteds, :lows, :highs, :whys)
                    AS given (organization_id, series_id, began_at, at, score, value, expected, low, high, why)
                ORDER BY organization_id, series_id, began_at, score DESC) AS given
            WHERE anomalies.organization_id = given.organization_id AND anomalies.series_id = given.series_id
                AND anomalies.began_at = given.began_at AND anomalies.score < given.score
            """;

    private static final String TELL_ENDED = """
            INSERT INTO system_events (organization_id, type, severity, agent_id, cause, detail)
            SELECT organization_id, 'anomaly.ended', 'info', nullif(agent_id, ''),
                metric || ' is as usual again, after ' || date_trunc('second', ended_at - began_at),
                jsonb_build_object('anomaly', anomaly_id, 'series', series_id, 'metric', metric, 'labels', labels,
                    'seconds', extract(epoch FROM ended_at - began_at))
            FROM ended
            """;

    private static final String END = """
            WITH ended AS (
                UPDATE anomalies
                SET ended_at = greatest(given.at, given.began_at)
                FROM unnest(:organizations, :series, :begans, :ats) AS given (organization_id, series_id, began_at, at)
                WHERE anomalies.organization_id = given.organization_id AND anomalies.series_id = given.series_id
                    AND anomalies.began_at = given.began_at AND anomalies.ended_at IS NULL
                RETURNING anomalies.*)
            """ + TELL_ENDED;

    /// Anomalies of series that nobody remembers, since no point has come for long.
    private static final String END_SILENT = """
            WITH silent AS (
                UPDATE anomaly_models
                SET began_at = NULL, calm = 0, calm_at = NULL
                WHERE began_at IS NOT NULL AND judged_until < :before
                RETURNING organization_id, series_id, judged_until),
            ended AS (
                UPDATE anomalies
                SET ended_at = greatest(silent.judged_until, anomalies.began_at)
                FROM silent
                WHERE anomalies.organization_id = silent.organization_id AND anomalies.series_id = silent.series_id
                    AND anomalies.ended_at IS NULL
                RETURNING anomalies.*)
            """ + TELL_ENDED;

    private static final String FORGET = "DELETE FROM anomalies WHERE ended_at < :before";

    void write(Handle handle, List<AnomalyChange> changes) {
        List<Began> began = new ArrayList<>();
        List<Grew> grew = new ArrayList<>();
        List<Ended> ended = new ArrayList<>();
        for (AnomalyChange change : changes) {
            switch (change) {
                case Began each -> began.add(each);
                case Grew each -> grew.add(each);
                case Ended each -> ended.add(each);
            }
        }
        if (!began.isEmpty()) {
            found(keys(handle.createUpdate(BEGIN), began), column(began, Began::verdict), column(began, Began::value));
        }
        if (!grew.isEmpty()) {
            Update update =
                    keys(handle.createUpdate(GROW), grew).bindArray("ats", Instant.class, column(grew, Grew::at));
            found(update, column(grew, Grew::verdict), column(grew, Grew::value));
        }
        if (!ended.isEmpty()) {
            keys(handle.createUpdate(END), ended)
                    .bindArray("ats", Instant.class, column(ended, Ended::at))
                    .execute();
        }
    }

    private static Update keys(Update update, List<? extends AnomalyChange> changes) {
        return update.bindArray(
                        "organizations",
                        UUID.class,
                        column(changes, change -> change.series().organization()))
                .bindArray(
                        "series",
                        Long.class,
                        column(changes, change -> change.series().id()))
                .bindArray("begans", Instant.class, column(changes, AnomalyChange::began));
    }

    private static void found(Update update, List<Verdict> verdicts, List<Double> values) {
        update.bindArray("scores", Double.class, column(verdicts, Verdict::score))
                .bindArray("values", Double.class, values)
                .bindArray("expecteds", Double.class, column(verdicts, Verdict::expected))
                .bindArray("lows", Double.class, column(verdicts, Verdict::low))
                .bindArray("highs", Double.class, column(verdicts, Verdict::high))
                .bindArray("whys", String.class, column(verdicts, Verdict::why))
                .execute();
    }

    void endSilent(Handle handle, Instant before) {
        handle.createUpdate(END_SILENT)
                .bind("before", before.atOffset(ZoneOffset.UTC))
                .execute();
    }

    void forget(Handle handle, Instant before) {
        handle.createUpdate(FORGET)
                .bind("before", before.atOffset(ZoneOffset.UTC))
                .execute();
    }
}
