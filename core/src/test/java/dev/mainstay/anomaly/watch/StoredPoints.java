package dev.mainstay.anomaly.watch;

import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.telemetry.Metric;
import dev.mainstay.telemetry.MetricStore;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Points as agents store them, in a test's database.
final class StoredPoints {
    private final Database database;

    StoredPoints(Database database) {
        this.database = database;
    }

    /// The watch has been there since then: the first pass begins there.
    void watchedSince(Instant since) {
        database.write(handle -> handle.execute("""
                INSERT INTO anomaly_passes (since, until, snapshot, at)
                VALUES (?::timestamptz - interval '1 minute', ?, pg_current_snapshot(), ?)
                """, utc(since), utc(since), utc(since)));
    }

    private static Object utc(Instant moment) {
        return moment.atOffset(ZoneOffset.UTC);
    }

    /// Noise around 100, the same for the same seed.
    static List<Metric> noise(String agent, String name, long seed, Instant from, Instant to, Duration step) {
        Random random = new Random(seed);
        List<Metric> points = new ArrayList<>();
        for (Instant at = from; at.isBefore(to); at = at.plus(step)) {
            points.add(point(agent, name, at, 100 + random.nextGaussian()));
        }
        return points;
    }

    static Metric point(String agent, String name, Instant at, double value) {
        return point(agent, name, Map.of(), at, value);
    }

    static Metric point(String agent, String name, Map<String, String> labels, Instant at, double value) {
        return new Metric(Organizations.DEFAULT, agent, name, labels, "ms", at, value);
    }

    void store(List<Metric> points) {
        database.write(handle -> {
            MetricStore.store(handle, points);
            return points.size();
        });
    }

    long series(String agent, String name) {
        return database.read(handle -> handle.createQuery(
                        "SELECT series_id FROM metric_series WHERE agent_id = :agent AND name = :name")
                .bind("agent", agent)
                .bind("name", name)
                .mapTo(Long.class)
                .one());
    }

    /// As if the series had been there for days.
    void age(String agent) {
        database.write(handle -> handle.execute(
                "UPDATE metric_series SET created_at = now() - interval '30 days' WHERE agent_id = ?", agent));
    }

    long count(String sql) {
        return database.read(handle -> handle.createQuery(sql).mapTo(Long.class).one());
    }

    String text(String sql) {
        return database.read(
                handle -> handle.createQuery(sql).mapTo(String.class).one());
    }

    void run(String sql) {
        database.write(handle -> handle.execute(sql));
    }
}
