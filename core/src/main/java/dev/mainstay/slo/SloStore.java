package dev.mainstay.slo;

import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Jsonb;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The rows of SLOs and of how they stand. Stateless and thread-safe.
final class SloStore {
    /// Without the name and who declared it.
    static final String COLUMNS = """
            agent_id, queue, indicator, metric, bound, objective, extract(epoch FROM period) AS period, min_events,
            description
            """;

    /// One that means something else now is counted anew.
    private static final String PUT = """
            INSERT INTO slos (organization_id, name, source, agent_id, queue, indicator, metric, bound, objective, period,
                min_events, description)
            VALUES (:organization, :name, :source, :agent, :queue, :indicator, :metric, :bound, :objective,
                make_interval(secs => :period), :minEvents, :description)
            ON CONFLICT (organization_id, name) DO UPDATE
            SET source = excluded.source, agent_id = excluded.agent_id, queue = excluded.queue,
                indicator = excluded.indicator, metric = excluded.metric, bound = excluded.bound,
                objective = excluded.objective, period = excluded.period, min_events = excluded.min_events,
                description = excluded.description,
                counted_from = CASE WHEN (SAME) THEN slos.counted_from ELSE excluded.counted_from END,
                counted_to = CASE WHEN (SAME) THEN slos.counted_to ELSE excluded.counted_to END,
                good = CASE WHEN (SAME) THEN slos.good ELSE 0 END,
                total = CASE WHEN (SAME) THEN slos.total ELSE 0 END
            """.replace("SAME", """
            slos.agent_id, slos.queue, slos.indicator, slos.metric, slos.bound)
                IS NOT DISTINCT FROM
                (excluded.agent_id, excluded.queue, excluded.indicator, excluded.metric, excluded.bound""".strip());

    /// What was counted of one that was counted anew.
    private static final String FORGET = """
            DELETE FROM slo_counts count
            USING slos slo
            WHERE slo.organization_id = :organization AND slo.name = :name AND slo.total = 0
                AND count.organization_id = slo.organization_id AND count.slo = slo.name
            """;

    /// With how much was counted until each window began.
    private static final String TALLIES = """
            SELECT slo.organization_id, slo.name, slo.counted_to, slo.good, slo.total, given.seconds,
                coalesce(before.good, 0) AS good_before, coalesce(before.total, 0) AS total_before,
                COLUMNS
            FROM slos slo
            CROSS JOIN LATERAL (
                SELECT seconds FROM unnest(:lengths) AS lengths (seconds)
                UNION ALL
                SELECT extract(epoch FROM slo.period)) AS given
            LEFT JOIN LATERAL (
                SELECT count.good, count.total
                FROM slo_counts count
                WHERE count.organization_id = slo.organization_id AND count.slo = slo.name
                    AND count.at <= slo.counted_to - make_interval(secs => given.seconds)
                ORDER BY count.at DESC
                LIMIT 1) before ON true
            ORDER BY slo.organization_id, slo.name, given.seconds
            """.replace("COLUMNS", COLUMNS);

    private static final String REPLACE = """
            INSERT INTO slo_status (organization_id, slo, at, good, total, reached, budget_left, windows, urgency,
                burn_rate, since, summary)
            SELECT organization_id, slo, at, good, total, nullif(reached, 'NaN'), nullif(budget_left, 'NaN'),
                windows::jsonb, nullif(urgency, ''), nullif(burn_rate, 'NaN'),
                CASE WHEN urgency <> '' THEN at END, summary
            FROM unnest(:organizations, :names, :ats, :good, :total, :reached, :left, :windows, :urgencies, :rates,
                :summaries) AS given (organization_id, slo, at, good, total, reached, budget_left, windows, urgency,
                burn_rate, summary)
            ORDER BY organization_id, slo
            ON CONFLICT (organization_id, slo) DO UPDATE
            SET at = excluded.at, good = excluded.good, total = excluded.total, reached = excluded.reached,
                budget_left = excluded.budget_left, windows = excluded.windows, urgency = excluded.urgency,
                burn_rate = excluded.burn_rate, summary = excluded.summary,
                since = CASE WHEN slo_status.urgency = excluded.urgency THEN slo_status.since ELSE excluded.since END
            """;

    /// How one stands.
    ///
    /// @param at until when it was counted
    record Standing(UUID organization, Instant at, SloStatus status) {}

    void put(Handle handle, UUID organization, Slo slo, String source) {
        handle.createUpdate(PUT)
                .bind("organization", organization)
                .bind("name", slo.name())
                .bind("source", source)
                .bind("agent", slo.agent())
                .bind("queue", slo.queue())
                .bind("indicator", slo.indicator().word())
                .bind("metric", slo.metric())
                .bind("bound", slo.bound())
                .bind("objective", slo.objective())
                .bind("period", (double) slo.period().toSeconds())
                .bind("minEvents", slo.minEvents())
                .bind("description", slo.description())
                .execute();
        handle.createUpdate(FORGET)
                .bind("organization", organization)
                .bind("name", slo.name())
                .execute();
    }

    /// Those of `source` that are declared no more.
    int retire(Handle handle, UUID organization, Collection<String> declared, String source) {
        return handle.createUpdate("""
                DELETE FROM slos
                WHERE organization_id = :organization AND source = :source AND name <> ALL (:names)
                """)
                .bind("organization", organization)
                .bind("source", source)
                .bindArray("names", String.class, declared)
                .execute();
    }

    static Slo slo(ResultSet row) throws SQLException {
        return new Slo(
                row.getString("name"),
                row.getString("agent_id"),
                row.getString("queue"),
                Indicator.of(row.getString("indicator")),
                row.getString("metric"),
                Columns.nullableDouble(row, "bound"),
                row.getDouble("objective"),
                Duration.ofSeconds(Math.round(row.getDouble("period"))),
                row.getInt("min_events"),
                row.getString("description"));
    }

    private record Row(UUID organization, Slo slo, Instant at, Duration length, Tally tally) {}

    List<Standing> standings(Handle handle) {
        List<Row> rows = handle.createQuery(TALLIES)
                .bindArray("lengths", Double.class, column(BurnWindow.LENGTHS, length -> (double) length.toSeconds()))
                .map((row, context) -> new Row(
                        Columns.uuid(row, "organization_id"),
                        slo(row),
                        Columns.instant(row, "counted_to"),
                        Duration.ofSeconds(Math.round(row.getDouble("seconds"))),
                        new Tally(row.getLong("good"), row.getLong("total"))
                                .minus(new Tally(row.getLong("good_before"), row.getLong("total_before")))))
                .list();
        List<Standing> standings = new ArrayList<>();
        int each = BurnWindow.LENGTHS.size() + 1;
        for (int i = 0; i < rows.size(); i += each) {
            standings.add(standing(rows.subList(i, i + each)));
        }
        return standings;
    }

    private static Standing standing(List<Row> rows) {
        Row any = rows.getFirst();
        Map<Duration, Tally> tallies = new LinkedHashMap<>();
        rows.forEach(row -> tallies.put(row.length(), row.tally()));
        Tally period = tallies.getOrDefault(any.slo().period(), new Tally(0, 0));
        tallies.keySet().retainAll(BurnWindow.LENGTHS);
        return new Standing(any.organization(), any.at(), new SloStatus(any.slo(), period, tallies));
    }

    void replace(Handle handle, List<Standing> all) {
        handle.createUpdate(REPLACE)
                .bindArray("organizations", UUID.class, column(all, Standing::organization))
                .bindArray(
                        "names",
                        String.class,
                        column(all, each -> each.status().slo().name()))
                .bindArray("ats", Instant.class, column(all, Standing::at))
                .bindArray(
                        "good",
                        Long.class,
                        column(all, each -> each.status().period().good()))
                .bindArray(
                        "total",
                        Long.class,
                        column(all, each -> each.status().period().total()))
                .bindArray(
                        "reached",
                        Double.class,
                        column(all, each -> number(each.status().reached())))
                .bindArray(
                        "left",
                        Double.class,
                        column(all, each -> number(each.status().budgetLeft())))
                .bindArray(
                        "windows",
                        String.class,
                        column(all, each -> Jsonb.any(each.status().plainWindows())))
                .bindArray("urgencies", String.class, column(all, SloStore::urgency))
                .bindArray("rates", Double.class, column(all, SloStore::rate))
                .bindArray("summaries", String.class, column(all, SloStore::summary))
                .execute();
    }

    private static Double number(@Nullable Double value) {
        return value == null ? Double.valueOf(Double.NaN) : value;
    }

    private static String urgency(Standing each) {
        return each.status().burning().map(pair -> pair.urgency().word()).orElse("");
    }

    private static Double rate(Standing each) {
        return each.status().burning().map(each.status()::rate).orElse(Double.NaN);
    }

    private static String summary(Standing each) {
        return each.status().burning().map(each.status()::summary).orElse("");
    }
}
