package dev.mainstay.anomaly.watch;

import dev.mainstay.postgres.Jsonb;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// How many series may be watched: altogether, and of one metric of one agent. What is beyond is told once. Confined
/// to one thread.
final class WatchLimits {
    private static final String TELL = """
            INSERT INTO system_events (organization_id, type, severity, agent_id, cause, detail)
            VALUES (:organization, 'anomaly.capped', 'warning', nullif(:agent, ''), :cause, :detail::jsonb)
            """;

    private final AnomalySettings settings;
    private final Map<Metric, Integer> watched = new HashMap<>();
    private final Set<String> told = new HashSet<>();
    private final List<Capped> untold = new ArrayList<>();
    private int all;

    WatchLimits(AnomalySettings settings) {
        this.settings = settings;
    }

    private record Metric(UUID organization, String agent, String name) {
        static Metric of(ModelStore.Known series) {
            return new Metric(series.organization(), series.agent(), series.metric());
        }
    }

    private record Capped(UUID organization, String agent, String cause, Map<String, ?> detail) {}

    /// Counts the series in if there is room.
    boolean admits(ModelStore.Known series) {
        Metric metric = Metric.of(series);
        int ofMetric = watched.getOrDefault(metric, 0);
        if (ofMetric >= settings.labels()) {
            cap(
                    metric,
                    metric.toString(),
                    metric.name() + " has more than " + settings.labels()
                            + " sets of labels, of which no more are watched; raise anomalies.labels, or give it fewer",
                    settings.labels());
            return false;
        }
        if (all >= settings.series()) {
            cap(
                    metric,
                    metric.organization().toString(),
                    "more than " + settings.series()
                            + " series could be watched, the first that is not: " + metric.name()
                            + "; raise anomalies.series (16 KB of memory each), or name fewer in anomalies.watch",
                    settings.series());
            return false;
        }
        watched.put(metric, ofMetric + 1);
        all++;
        return true;
    }

    private void cap(Metric metric, String what, String cause, int limit) {
        if (told.add(what)) {
            Map<String, Object> detail = new LinkedHashMap<>();
            detail.put("metric", metric.name());
            detail.put("limit", limit);
            untold.add(new Capped(metric.organization(), metric.agent(), cause, detail));
        }
    }

    /// The series is watched no more.
    void release(ModelStore.Known series) {
        watched.computeIfPresent(Metric.of(series), (metric, count) -> count > 1 ? count - 1 : null);
        all--;
    }

    /// Tells of what was refused since it was told last.
    void tell(Handle handle) {
        untold.forEach(capped -> handle.createUpdate(TELL)
                .bind("organization", capped.organization())
                .bind("agent", capped.agent())
                .bind("cause", capped.cause())
                .bind("detail", Jsonb.text(capped.detail()))
                .execute());
    }

    void told() {
        untold.clear();
    }
}
