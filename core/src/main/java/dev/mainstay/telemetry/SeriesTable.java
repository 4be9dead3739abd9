package dev.mainstay.telemetry;

import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Jsonb;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The numbers of the series this process has written, created in the database when first flushed. Thread-safe.
final class SeriesTable {
    /// A label with a value per request would fill the table: more label sets than this of one metric are refused.
    static final int MAX_LABEL_SETS = 1_000;

    private final Database database;
    private final Consumer<Metric> capped;
    private final Map<Series.Key, Series> known = new ConcurrentHashMap<>();
    private final Map<Series.Key, AtomicInteger> labelSets = new ConcurrentHashMap<>();

    /// @param capped told of the first metric that is refused of each name and agent
    SeriesTable(Database database, Consumer<Metric> capped) {
        this.database = database;
        this.capped = capped;
    }

    /// Null when the metric has too many label sets.
    @Nullable
    Series of(Metric metric) {
        Series.Key key =
                new Series.Key(metric.organization(), metric.agent(), metric.name(), Jsonb.text(metric.labels()));
        Series series = known.get(key);
        return series != null ? series : create(key, metric);
    }

    private @Nullable Series create(Series.Key key, Metric asked) {
        Series.Key metric = new Series.Key(key.organization(), key.agent(), key.name(), "");
        AtomicInteger count = labelSets.computeIfAbsent(metric, any -> new AtomicInteger());
        if (count.get() >= MAX_LABEL_SETS) {
            if (count.compareAndSet(MAX_LABEL_SETS, MAX_LABEL_SETS + 1)) {
                capped.accept(asked);
            }
            return null;
        }
        return known.computeIfAbsent(key, any -> {
            count.incrementAndGet();
            return new Series(key, asked.unit());
        });
    }

    /// Gives each of `fresh` its number; safe when several nodes do it for the same series.
    void number(Collection<Series> fresh) {
        if (fresh.isEmpty()) {
            return;
        }
        List<Series> asked = new ArrayList<>(fresh);
        Map<Series.Key, Series> byKey = new HashMap<>();
        asked.forEach(series -> byKey.put(series.key(), series));
        database.write(handle -> {
            try (var update = handle.createUpdate("""
                    INSERT INTO metric_series (organization_id, agent_id, name, labels, unit)
                    SELECT organization_id, agent_id, name, labels::jsonb, unit
                    FROM unnest(:organizations, :agents, :names, :labels, :units)
                        AS asked (organization_id, agent_id, name, labels, unit)
                    ORDER BY organization_id, agent_id, name, labels
                    ON CONFLICT (organization_id, agent_id, name, labels) DO NOTHING
                    """)) {
                return bind(update, asked).execute();
            }
        });
        database.read(handle -> {
            try (var query = handle.createQuery("""
                    SELECT asked.organization_id, asked.agent_id, asked.name, asked.labels, series.series_id
                    FROM unnest(:organizations, :agents, :names, :labels, :units)
                        AS asked (organization_id, agent_id, name, labels, unit)
                    JOIN metric_series series
                        ON series.organization_id = asked.organization_id
                        AND series.agent_id = asked.agent_id
                        AND series.name = asked.name
                        AND series.labels = asked.labels::jsonb
                    """)) {
                return bind(query, asked)
                        .map((rows, context) -> {
                            Series.Key key = new Series.Key(
                                    rows.getObject(1, UUID.class),
                                    rows.getString(2),
                                    rows.getString(3),
                                    rows.getString(4));
                            byKey.getOrDefault(key, new Series(key, "")).known(rows.getLong(5));
                            return key;
                        })
                        .list();
            }
        });
    }

    private static <T extends org.jdbi.v3.core.statement.SqlStatement<T>> T bind(T statement, List<Series> asked) {
        return statement
                .bindArray(
                        "organizations",
                        UUID.class,
                        asked.stream()
                                .map(series -> series.key().organization())
                                .toList())
                .bindArray(
                        "agents",
                        String.class,
                        asked.stream().map(series -> series.key().agent()).toList())
                .bindArray(
                        "names",
                        String.class,
                        asked.stream().map(series -> series.key().name()).toList())
                .bindArray(
                        "labels",
                        String.class,
                        asked.stream().map(series -> series.key().labels()).toList())
                .bindArray(
                        "units", String.class, asked.stream().map(Series::unit).toList());
    }
}
