package dev.mainstay.slo;

import dev.mainstay.config.Default;
import dev.mainstay.config.Doc;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// An SLO as people write it, in `mainstay.yml` and in a request alike. Immutable and thread-safe.
public record SloSettings(
        @Doc("Whose promise it is: an agent.") @Nullable String agent,

        @Doc("Or a queue of tasks.") @Nullable String queue,

        @Doc("success, latency, heartbeat, cost or quality; a queue has the first two.")
        Indicator indicator,

        @Doc("How many percent are to be good, 50 to below 100, such as 99.5.")
        double objective,

        @Doc("How long one may take; for latency.") @Nullable
        Duration within,

        @Doc("The metric of the agent that is looked at; for cost and quality.") @Nullable
        String metric,

        @Doc("What a point may be at most; for cost.") @Nullable
        Double atMost,

        @Doc("What a point must be at least; for quality.") @Nullable
        Double atLeast,

        @Default("30d") @Doc("The period of the error budget, 1d to 90d.")
        Duration period,

        @Default("10") @Doc("A window with fewer events than that raises no alert.")
        int minEvents,

        @Default("") @Doc("What it is for, in a sentence.") String description) {
    private static final double NANOS_A_MILLI = 1e6;

    public SloSettings {
        Double bound = bound(indicator, within, atMost, atLeast);
        new Slo("any", agent, queue, indicator, metric, bound, objective, period, minEvents, description);
    }

    /// What it declares.
    public Slo slo(String name) {
        Double bound = bound(indicator, within, atMost, atLeast);
        return new Slo(name, agent, queue, indicator, metric, bound, objective, period, minEvents, description);
    }

    private static @Nullable Double bound(
            Indicator indicator, @Nullable Duration within, @Nullable Double atMost, @Nullable Double atLeast) {
        refuse("within", within, indicator == Indicator.LATENCY);
        refuse("atMost", atMost, indicator == Indicator.COST);
        refuse("atLeast", atLeast, indicator == Indicator.QUALITY);
        if (within != null && !within.isPositive()) {
            throw new IllegalArgumentException("within must be positive, was " + within);
        }
        return switch (indicator) {
            case LATENCY -> within == null ? null : Double.valueOf(within.toNanos() / NANOS_A_MILLI);
            case COST -> atMost;
            case QUALITY -> atLeast;
            case SUCCESS, HEARTBEAT -> null;
        };
    }

    private static void refuse(String key, @Nullable Object given, boolean belongs) {
        if (given != null && !belongs) {
            throw new IllegalArgumentException(key + " must not be given for another indicator");
        }
    }
}
