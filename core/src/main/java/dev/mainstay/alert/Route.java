package dev.mainstay.alert;

import dev.mainstay.config.Durations;
import dev.mainstay.telemetry.Severity;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Whom alerts of a severity or a graver one are told, and who is told next when nobody acknowledges. Immutable and
/// thread-safe.
///
/// @param gather so long a group is gathered before it is told for the first time; null for what is usual for the
///     severity of the alert
/// @param pause so long at least between two notifications of a group
/// @param ladder in the order of their times
public record Route(
        Severity from, List<String> notifiers, @Nullable Duration gather, Duration pause, List<Rung> ladder) {
    public static final Duration DEFAULT_PAUSE = Duration.ofMinutes(5);

    /// Who is told when nobody has acknowledged.
    ///
    /// @param after so long after the alert was first told of, anew each time it fires
    public record Rung(Duration after, List<String> notifiers) {
        public Rung {
            notifiers = List.copyOf(notifiers);
            if (!after.isPositive()) {
                throw new IllegalArgumentException("after must be positive, was " + Durations.format(after));
            }
            requireSomebody(notifiers);
        }
    }

    public Route {
        notifiers = List.copyOf(notifiers);
        ladder = List.copyOf(ladder);
        requireSomebody(notifiers);
        if ((gather != null && gather.isNegative()) || pause.isNegative()) {
            throw new IllegalArgumentException("gather and pause must not be negative, were " + gather + ", " + pause);
        }
        for (int i = 1; i < ladder.size(); i++) {
            if (ladder.get(i).after().compareTo(ladder.get(i - 1).after()) <= 0) {
                throw new IllegalArgumentException("ladder must be in the order of its times; "
                        + Durations.format(ladder.get(i).after()) + " does not come after "
                        + Durations.format(ladder.get(i - 1).after()));
            }
        }
    }

    private static void requireSomebody(List<String> notifiers) {
        if (notifiers.isEmpty()) {
            throw new IllegalArgumentException("notifiers must name at least one");
        }
    }

    public static Route of(Severity from, String... notifiers) {
        return new Route(from, List.of(notifiers), null, DEFAULT_PAUSE, List.of());
    }

    /// Grave alerts are told at once, others after a while, so that more of them come together.
    Duration gather(Severity severity) {
        if (gather != null) {
            return gather;
        }
        return switch (severity) {
            case INFO -> Duration.ofSeconds(30);
            case WARNING -> Duration.ofSeconds(10);
            case CRITICAL, EMERGENCY -> Duration.ZERO;
        };
    }
}
