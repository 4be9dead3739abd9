package dev.mainstay.alert;

import dev.mainstay.agent.AgentState;
import dev.mainstay.config.Default;
import dev.mainstay.config.Doc;
import dev.mainstay.config.Durations;
import dev.mainstay.config.Origin;
import dev.mainstay.config.Setting;
import dev.mainstay.health.Suspicion;
import dev.mainstay.slo.Urgency;
import dev.mainstay.telemetry.Severity;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A rule as people write it: flat, in `mainstay.yml`, in a request and in `alert_rules.definition`
/// alike. Immutable and thread-safe.
public record AlertRuleSettings(
        @Doc("info, warning, critical or emergency") @Default("warning")
        Severity severity,

        @Doc("What is suspected: silent (no heartbeat) or stalled (no work).")
        Suspicion.@Nullable Kind suspected,

        @Doc("A metric; with above, below or absent.") @Nullable
        String metric,

        @Doc("How the points of the window become one number: avg, min, max, sum or last.") @Default("avg")
        Aggregate of,

        @Doc("The window of the metric.") @Default("5m") Duration over,
        @Nullable Double above,
        @Nullable Double below,

        @Doc("Whether the metric is missing, instead of beyond a bound.") @Default("false")
        boolean absent,

        @Doc("A metric of money, summed; with above. What nobody knows the cost of counts as too much.") @Nullable
        String cost,

        @Doc("The currency of cost.") @Default("USD") String currency,
        @Doc("Health below so many points.") @Nullable Double health,
        @Doc("A type of event.") @Nullable String event,
        @Doc("How many of them.") @Default("1") int times,
        @Doc("Within how long.") @Default("10m") Duration within,
        @Doc("States of an agent.") @Nullable Set<AgentState> state,

        @Doc("An SLO whose error budget burns so fast: page or ticket.") @Nullable
        Urgency burnRate,

        @Doc("What the rows of an agent or a queue tell: crashing, hanging, failing, slow, leaking, …") @Nullable
        Trouble trouble,

        @Doc("A metric, or the beginning of names followed by *, in which something unusual lasts.") @Nullable
        String anomaly,

        @Doc("A metric, or the beginning of names followed by *; with limit.") @Nullable
        String forecast,

        @Doc("What the metric is not to reach.") @Nullable Double limit,

        @Doc("How far ahead it is looked.") @Default("3d") Duration ahead,

        @Doc("How long it must hold before the alert fires.") @Default("0s")
        Duration hold,

        @Doc("Only agents of this id, or whose ids begin so (followed by *).")
        Optional<String> agent,

        @Doc("Only agents of this kind.") Optional<String> kind,
        @Doc("Only agents with this capability.") Optional<String> capability,

        @Doc("Rules whose alerts on the same agent or node are not told meanwhile.")
        List<String> inhibits,

        @Doc("Who is told; the routes say it when nobody is named.")
        List<String> notifiers,

        @Doc("What it means, in a sentence.") Optional<String> summary,
        @Doc("Where it says what to do.") Optional<String> runbook) {

    /// What is read of a rule that says nothing.
    private static final AlertRuleSettings USUAL =
            AlertRules.BINDER.bind(AlertRuleSettings.class, Setting.of(Map.of(), Origin.REQUEST));

    /// The rule, if exactly one condition is given.
    public AlertRule rule(String name) {
        return new AlertRule(
                name,
                severity,
                condition(),
                hold,
                new AlertScope(agent, kind, capability),
                inhibits,
                notifiers,
                summary,
                runbook);
    }

    private Condition condition() {
        Map<String, Optional<Supplier<Condition>>> all = conditions();
        Map<String, Supplier<Condition>> given = new LinkedHashMap<>();
        all.forEach((key, condition) -> condition.ifPresent(some -> given.put(key, some)));
        if (given.size() != 1) {
            throw new IllegalArgumentException("exactly one of " + String.join(", ", all.keySet())
                    + " must be given, was " + (given.isEmpty() ? "none" : String.join(", ", given.keySet())));
        }
        Condition condition = given.values().iterator().next().get();
        requireOwn(condition.key());
        return condition;
    }

    /// Refuses what says nothing with this condition. Of a key with a default, what was given as that is not seen.
    private void requireOwn(String condition) {
        requireOwn(condition, "above", above != null, "metric", "cost");
        requireOwn(condition, "below", below != null, "metric");
        requireOwn(condition, "absent", absent, "metric");
        requireOwn(condition, "of", of != USUAL.of, "metric");
        requireOwn(condition, "over", !over.equals(USUAL.over), "metric", "cost");
        requireOwn(condition, "currency", !currency.equals(USUAL.currency), "cost");
        requireOwn(condition, "times", times != USUAL.times, "event");
        requireOwn(condition, "within", !within.equals(USUAL.within), "event");
        requireOwn(condition, "limit", limit != null, "forecast");
        requireOwn(condition, "ahead", !ahead.equals(USUAL.ahead), "forecast");
    }

    private static void requireOwn(String condition, String key, boolean isGiven, String... of) {
        if (isGiven && !List.of(of).contains(condition)) {
            throw new IllegalArgumentException(
                    key + " belongs to " + String.join(" or ", of) + ", and says nothing with " + condition);
        }
    }

    /// By the key that gives it; empty where that is not there.
    private Map<String, Optional<Supplier<Condition>>> conditions() {
        Map<String, Optional<Supplier<Condition>>> all = new LinkedHashMap<>();
        all.put("suspected", of(suspected, Condition.Suspected::new));
        all.put("metric", of(metric, this::ofMetric));
        all.put("cost", of(cost, this::ofCost));
        all.put("health", of(health, Condition.Unhealthy::new));
        all.put("event", of(event, type -> new Condition.Seen(type, times, within)));
        all.put("state", of(state, Condition.InState::new));
        all.put("burnRate", of(burnRate, Condition.Burning::new));
        all.put("anomaly", of(anomaly, Condition.Unusual::new));
        all.put("forecast", of(forecast, name -> new Condition.Reaches(name, requiredLimit(), ahead)));
        all.put("trouble", of(trouble, Condition.Troubled::new));
        return all;
    }

    private static <T> Optional<Supplier<Condition>> of(@Nullable T value, Function<T, Condition> condition) {
        return value == null ? Optional.empty() : Optional.of(() -> condition.apply(value));
    }

    private Condition ofCost(String name) {
        if (above == null || below != null || absent) {
            throw new IllegalArgumentException("above must be given with cost, and neither below nor absent");
        }
        return new Condition.Cost(name, over, above, currency);
    }

    private double requiredLimit() {
        if (limit == null) {
            throw new IllegalArgumentException("limit must be given with forecast");
        }
        return limit;
    }

    private Condition ofMetric(String name) {
        if (!absent) {
            return new Condition.Threshold(name, of, over, above, below);
        }
        if (above != null || below != null || of != USUAL.of) {
            throw new IllegalArgumentException("absent must stand alone, without above, below or of");
        }
        return new Condition.Absent(name, over);
    }

    /// What [#rule] reads, of a rule.
    public static Map<String, Object> plain(AlertRule rule) {
        Map<String, Object> plain = new LinkedHashMap<>();
        plain.put("severity", rule.severity().word());
        plain(rule.condition(), plain);
        if (!rule.hold().isZero()) {
            plain.put("hold", Durations.format(rule.hold()));
        }
        rule.scope().agent().ifPresent(value -> plain.put("agent", value));
        rule.scope().kind().ifPresent(value -> plain.put("kind", value));
        rule.scope().capability().ifPresent(value -> plain.put("capability", value));
        if (!rule.inhibits().isEmpty()) {
            plain.put("inhibits", rule.inhibits());
        }
        if (!rule.notifiers().isEmpty()) {
            plain.put("notifiers", rule.notifiers());
        }
        rule.summary().ifPresent(value -> plain.put("summary", value));
        rule.runbook().ifPresent(value -> plain.put("runbook", value));
        return plain;
    }

    private static void plain(Condition condition, Map<String, Object> plain) {
        switch (condition) {
            case Condition.Suspected(Suspicion.Kind kind) -> plain.put("suspected", kind.word());
            case Condition.Unhealthy(double below) -> plain.put("health", below);
            case Condition.Burning(Urgency urgency) -> plain.put("burnRate", urgency.word());
            case Condition.Troubled(Trouble trouble) -> plain.put("trouble", trouble.word());
            case Condition.InState(Set<AgentState> states) ->
                plain.put(
                        "state", states.stream().map(AgentState::word).sorted().toList());
            case Condition.Seen seen -> {
                plain.put("event", seen.event());
                plain.put("times", seen.times());
                plain.put("within", Durations.format(seen.within()));
            }
            case Condition.Absent(String metric, Duration over) -> {
                plain.put("metric", metric);
                plain.put("absent", true);
                plain.put("over", Durations.format(over));
            }
            case Condition.Unusual(String metric) -> plain.put("anomaly", metric);
            case Condition.Reaches(String metric, double limit, Duration ahead) -> {
                plain.put("forecast", metric);
                plain.put("limit", limit);
                plain.put("ahead", Durations.format(ahead));
            }
            case Condition.Threshold threshold -> plain(threshold, plain);
            case Condition.Cost cost -> {
                plain.put("cost", cost.metric());
                plain.put("over", Durations.format(cost.over()));
                plain.put("above", cost.above());
                plain.put("currency", cost.currency());
            }
        }
    }

    private static void plain(Condition.Threshold threshold, Map<String, Object> plain) {
        plain.put("metric", threshold.metric());
        plain.put("of", threshold.of().word());
        plain.put("over", Durations.format(threshold.over()));
        if (threshold.above() != null) {
            plain.put("above", threshold.above());
        }
        if (threshold.below() != null) {
            plain.put("below", threshold.below());
        }
    }
}
