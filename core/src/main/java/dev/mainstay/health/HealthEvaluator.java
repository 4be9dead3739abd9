package dev.mainstay.health;

import dev.mainstay.postgres.Database;
import dev.mainstay.telemetry.Metric;
import dev.mainstay.telemetry.MetricStore;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Judges all agents of all organizations from what is stored, and stores the result with its history in one
/// transaction. Evaluating twice does no harm. Thread-safe.
public final class HealthEvaluator {
    public static final Duration DEFAULT_WINDOW = Duration.ofMinutes(5);

    /// Heartbeats are stored within a second of being sent; a younger one may still be on its way.
    private static final Duration STORED_WITHIN = Duration.ofSeconds(2);

    private final Database database;
    private final Duration window;
    private final HealthWeights weights;
    private final HealthStore store = new HealthStore();

    public HealthEvaluator(Database database) {
        this(database, DEFAULT_WINDOW, HealthWeights.DEFAULT);
    }

    public HealthEvaluator(Database database, Duration window, HealthWeights weights) {
        this.database = database;
        this.window = window;
        this.weights = weights;
    }

    /// The scores as of `now`, systems included (their agent has an empty id).
    ///
    /// @param now the database's time
    public List<HealthScore> evaluate(Instant now) {
        Instant at = now.truncatedTo(ChronoUnit.MICROS);
        Instant until = at.minus(STORED_WITHIN);
        return database.write(handle -> {
            List<HealthScore> scores = withSystems(store.observe(handle, until.minus(window), until).stream()
                    .flatMap(seen -> HealthScore.of(seen, weights).stream())
                    .toList());
            store.replace(handle, at, scores);
            MetricStore.store(handle, metrics(at, scores));
            return scores;
        });
    }

    private static List<HealthScore> withSystems(List<HealthScore> agents) {
        Map<UUID, List<HealthScore>> byOrganization = new LinkedHashMap<>();
        agents.forEach(score -> byOrganization
                .computeIfAbsent(score.agent().organization(), any -> new ArrayList<>())
                .add(score));
        List<HealthScore> all = new ArrayList<>(agents);
        byOrganization.forEach((organization, scores) -> all.add(SystemHealth.of(organization, scores)));
        return all;
    }

    private static List<Metric> metrics(Instant at, List<HealthScore> scores) {
        return scores.stream()
                .map(score -> new Metric(
                        score.agent().organization(),
                        score.agent().id(),
                        "health.score",
                        Map.of(),
                        "points",
                        at,
                        score.score()))
                .toList();
    }
}
