package dev.mainstay.alert;

import dev.mainstay.agent.AgentState;
import dev.mainstay.config.Durations;
import dev.mainstay.health.Suspicion;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Says what was found in a sentence. Stateless and thread-safe.
final class AlertWords {
    private static final double THOUSAND = 1e3;

    private AlertWords() {}

    /// @param value what was measured
    /// @param lasting how long it has been so
    /// @param word the unit of a metric, the cause of an event or of a state
    static String of(Condition condition, @Nullable Double value, Duration lasting, String word) {
        return switch (condition) {
            case Condition.Suspected(Suspicion.Kind kind) ->
                (kind == Suspicion.Kind.SILENT ? "no heartbeat for " : "no work for ")
                        + time(lasting)
                        + (value == null ? "" : ", φ " + number(value));
            case Condition.InState(var states) ->
                (word.isEmpty()
                                ? states.stream().map(AgentState::word).sorted().collect(Collectors.joining(", "))
                                : word)
                        + " for " + time(lasting);
            case Condition.Unhealthy(double below) -> "health " + shown(value) + ", below " + number(below);
            case Condition.Burning _ -> word;
            case Condition.Seen seen ->
                shown(value) + " × " + seen.event() + " in " + Durations.format(seen.within())
                        + (word.isEmpty() ? "" : ", the last: " + word);
            case Condition.Troubled(Trouble trouble) -> trouble.words(shown(value), time(lasting), word);
            case Condition.Threshold threshold -> threshold(threshold, value, word);
            case Condition.Cost cost ->
                cost.metric() + " " + money(value, !word.isEmpty(), cost.currency()) + word + " in "
                        + Durations.format(cost.over()) + ", above " + number(cost.above());
            case Condition.Absent(String metric, Duration over) ->
                "no point of " + metric + " for " + time(lasting) + ", " + Durations.format(over) + " is the limit";
            case Condition.Unusual _ -> word;
            case Condition.Reaches reaches ->
                word + " reaches " + number(reaches.limit()) + " within " + time(lasting) + ", is " + shown(value);
        };
    }

    private static String money(@Nullable Double known, boolean isLeast, String currency) {
        return known == null ? "unknown" : (isLeast ? "at least " : "") + number(known) + " " + currency;
    }

    private static String threshold(Condition.Threshold threshold, @Nullable Double value, String unit) {
        Double above = threshold.above();
        boolean isAbove = above != null && value != null && value > above;
        Double bound = isAbove ? above : threshold.below();
        return threshold.metric() + " " + shown(value) + (unit.isEmpty() ? "" : " " + unit) + " ("
                + threshold.of().word() + " of " + Durations.format(threshold.over()) + "), "
                + (isAbove ? "above " : "below ") + shown(bound);
    }

    private static String time(Duration lasting) {
        return Durations.format(Duration.ofSeconds(Math.max(0, lasting.toSeconds())));
    }

    private static String shown(@Nullable Double value) {
        return value == null ? "unknown" : number(value);
    }

    private static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < THOUSAND * THOUSAND) {
            return String.valueOf((long) value);
        }
        return String.format(Locale.ROOT, "%.4g", value);
    }
}
