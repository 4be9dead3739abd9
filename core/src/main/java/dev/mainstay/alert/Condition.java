package dev.mainstay.alert;

import dev.mainstay.agent.AgentState;
import dev.mainstay.config.Durations;
import dev.mainstay.health.Suspicion;
import dev.mainstay.slo.Urgency;
import java.time.Duration;
import java.util.Currency;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a rule looks for. Immutable, thread-safe, and valid by construction.
public sealed interface Condition {
    /// The metric it reads, where it reads one of a name that people give in full.
    default Optional<String> metricName() {
        return switch (this) {
            case Threshold threshold -> Optional.of(threshold.metric());
            case Absent absent -> Optional.of(absent.metric());
            case Cost cost -> Optional.of(cost.metric());
            case Unusual unusual -> Optional.of(unusual.metric()).filter(Condition::isWhole);
            case Reaches reaches -> Optional.of(reaches.metric()).filter(Condition::isWhole);
            default -> Optional.empty();
        };
    }

    private static boolean isWhole(String metric) {
        return !metric.endsWith("*");
    }

    /// The key of a rule that gives it.
    default String key() {
        return switch (this) {
            case Suspected _ -> "suspected";
            case Threshold _, Absent _ -> "metric";
            case Unhealthy _ -> "health";
            case Seen _ -> "event";
            case InState _ -> "state";
            case Burning _ -> "burnRate";
            case Cost _ -> "cost";
            case Unusual _ -> "anomaly";
            case Reaches _ -> "forecast";
            case Troubled _ -> "trouble";
        };
    }

    /// An agent the failure detector suspects.
    record Suspected(Suspicion.Kind kind) implements Condition {}

    /// A metric above or below a bound, aggregated over a window of its points, whole minutes as they are rolled up.
    ///
    /// @param above null when there is no such bound; with both, a value between them is right
    record Threshold(
            String metric,
            Aggregate of,
            Duration over,
            @Nullable Double above,
            @Nullable Double below) implements Condition {
        public Threshold {
            requireMetric("metric", metric);
            requireWindow("over", over);
            if (above == null && below == null) {
                throw new IllegalArgumentException("above or below must be given for metric " + metric);
            }
            if (above != null && below != null && below >= above) {
                throw new IllegalArgumentException(
                        "below must be less than above (" + above + "), or every value is wrong; was " + below);
            }
            requireFinite("above", above);
            requireFinite("below", below);
        }

        private static void requireFinite(String key, @Nullable Double bound) {
            if (bound != null && !Double.isFinite(bound)) {
                throw new IllegalArgumentException(key + " must be a finite number, was " + bound);
            }
        }
    }

    /// A metric that had points and has had none for a while.
    record Absent(String metric, Duration over) implements Condition {
        public Absent {
            requireMetric("metric", metric);
            requireWindow("over", over);
        }
    }

    /// A health score below a bound.
    record Unhealthy(double below) implements Condition {
        public Unhealthy {
            if (!(below > 0 && below <= 100)) {
                throw new IllegalArgumentException("health must be above 0 and at most 100 points, was " + below);
            }
        }
    }

    /// Events of a type, so many within a window.
    record Seen(String event, int times, Duration within) implements Condition {
        public Seen {
            if (event.isBlank()) {
                throw new IllegalArgumentException("event must not be empty");
            }
            if (times < 1) {
                throw new IllegalArgumentException("times must be at least 1, was " + times);
            }
            requireWindow("within", within);
        }
    }

    /// An agent in one of these states.
    record InState(Set<AgentState> states) implements Condition {
        public InState {
            states = Set.copyOf(states);
            if (states.isEmpty()) {
                throw new IllegalArgumentException("state must name at least one state");
            }
        }
    }

    /// An SLO whose error budget burns too fast.
    record Burning(Urgency urgency) implements Condition {}

    /// Money beyond a bound, summed over a window from a metric whose unit is the currency. Of what `METRIC.unknown`
    /// counts nobody knows the cost: while there is some, nobody can say that the bound is kept, and it holds too.
    record Cost(String metric, Duration over, double above, String currency) implements Condition {
        private static final Duration LONGEST = Duration.ofDays(7);

        public Cost {
            requireMetric("cost", metric);
            if (!over.isPositive() || over.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException(
                        "over must be positive and at most 7d, as long as points are kept, was "
                                + Durations.format(over));
            }
            if (!Double.isFinite(above) || above < 0) {
                throw new IllegalArgumentException("above must be an amount from 0 on, was " + above);
            }
            if (Currency.getAvailableCurrencies().stream()
                    .noneMatch(each -> each.getCurrencyCode().equals(currency))) {
                throw new IllegalArgumentException(
                        "currency must be a code such as USD or EUR, was '" + currency + "'");
            }
        }
    }

    /// A series of a metric in which something unusual lasts.
    ///
    /// @param metric a name, or the beginning of names followed by `*`
    record Unusual(String metric) implements Condition {
        public Unusual {
            requireMetric("anomaly", metric);
        }
    }

    /// A series that is expected to reach a limit before long, from below or from above.
    ///
    /// @param metric a name, or the beginning of names followed by `*`
    record Reaches(String metric, double limit, Duration ahead) implements Condition {
        private static final Duration FARTHEST = Duration.ofDays(30);

        public Reaches {
            requireMetric("forecast", metric);
            if (!Double.isFinite(limit)) {
                throw new IllegalArgumentException("limit must be a finite number, was " + limit);
            }
            if (ahead.compareTo(Duration.ofHours(1)) < 0 || ahead.compareTo(FARTHEST) > 0) {
                throw new IllegalArgumentException("ahead must be from 1h to 30d, was " + Durations.format(ahead));
            }
        }
    }

    /// An agent, or a queue, of which the stored rows tell a kind of trouble.
    record Troubled(Trouble trouble) implements Condition {}

    private static void requireMetric(String key, String metric) {
        if (metric.isBlank()) {
            throw new IllegalArgumentException(key + " must not be empty");
        }
    }

    private static void requireWindow(String key, Duration window) {
        if (!window.isPositive() || window.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException(
                    key + " must be positive and at most 1d, was " + Durations.format(window));
        }
    }
}
