package dev.mainstay.health;

import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Jsonb;
import dev.mainstay.telemetry.Metric;
import dev.mainstay.telemetry.MetricStore;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/// Judges all agents of all organizations from what is stored, and stores the result with its history in one
/// transaction. Evaluating twice does no harm. Thread-safe.
public final class HealthEvaluator {
    /// Heartbeats are stored within a second of being sent; a younger one may still be on its way.
    static final Duration STORED_WITHIN = Duration.ofSeconds(2);

    static final String METRIC = "health.score";

    private static final String GROUP_METRIC = "health.group.score";

    private final Database database;
    private final HealthPolicy policy;
    private final HealthObserver observer = new HealthObserver();
    private final HealthStore store = new HealthStore();

    public HealthEvaluator(Database database) {
        this(database, HealthPolicy.DEFAULT);
    }

    public HealthEvaluator(Database database, HealthPolicy policy) {
        this.database = database;
        this.policy = policy;
    }

    /// The scores of agents and of systems (their agent has an empty id) as of `now`; those of groups
    /// are stored with them.
    ///
    /// @param now the database's time
    public List<HealthScore> evaluate(Instant now) {
        Instant at = now.truncatedTo(ChronoUnit.MICROS);
        Instant until = at.minus(STORED_WITHIN);
        return database.write(handle -> {
            List<HealthObserver.Seen> seen = observer.now(handle, until, policy);
            Map<HealthSubject, HealthStore.Change> former = store.former(handle);
            Map<HealthSubject, HealthScore> scores = scores(seen);
            HealthChanges changes = new HealthChanges(former, until.minus(policy.window()), policy.bands());
            List<HealthStore.Scored> banded = changes.band(scores);
            store.replace(handle, at, banded);
            store.keep(handle, at, changes.among(seen, banded));
            store.tell(handle, changes.told(banded));
            MetricStore.store(handle, metrics(at, scores));
            return scores.entrySet().stream()
                    .filter(entry -> entry.getKey().group().isEmpty())
                    .map(Map.Entry::getValue)
                    .toList();
        });
    }

    /// Drops what was kept of how agents were judged longer ago than scores are.
    public static void forget(Database database, Duration kept, Consumer<Handle> check) {
        database.control(handle -> {
            check.accept(handle);
            return new HealthStore().forget(handle, kept);
        });
    }

    private Map<HealthSubject, HealthScore> scores(List<HealthObserver.Seen> seen) {
        Map<HealthSubject, HealthScore> scores = new LinkedHashMap<>();
        Map<HealthSubject, List<HealthScore>> crowds = new LinkedHashMap<>();
        for (HealthObserver.Seen each : seen) {
            HealthScore score =
                    HealthScore.of(each.observation(), policy.weights()).orElse(null);
            if (score != null) {
                var organization = score.agent().organization();
                scores.put(HealthSubject.agent(organization, score.agent().id()), score);
                join(crowds, HealthSubject.system(organization), score);
                String group = each.basis().group();
                if (group != null) {
                    join(crowds, HealthSubject.group(organization, group), score);
                }
            }
        }
        crowds.forEach((crowd, members) -> scores.put(crowd, SystemHealth.of(crowd.organization(), members)));
        return scores;
    }

    private static void join(Map<HealthSubject, List<HealthScore>> crowds, HealthSubject crowd, HealthScore member) {
        crowds.computeIfAbsent(crowd, _ -> new ArrayList<>()).add(member);
    }

    private static List<Metric> metrics(Instant at, Map<HealthSubject, HealthScore> scores) {
        List<Metric> metrics = new ArrayList<>(scores.size());
        scores.forEach((subject, score) -> metrics.add(metric(subject, at, score.score())));
        return metrics;
    }

    private static Metric metric(HealthSubject subject, Instant at, double score) {
        String group = subject.groupOrNull();
        return group == null
                ? new Metric(subject.organization(), subject.agent(), METRIC, Map.of(), "points", at, score)
                : new Metric(subject.organization(), "", GROUP_METRIC, Map.of("group", group), "points", at, score);
    }

    /// The name and the labels its history is stored under.
    static Map<String, String> series(HealthSubject subject) {
        String group = subject.groupOrNull();
        return group == null
                ? Map.of("name", METRIC, "labels", "{}")
                : Map.of("name", GROUP_METRIC, "labels", Jsonb.text(Map.of("group", group)));
    }
}
