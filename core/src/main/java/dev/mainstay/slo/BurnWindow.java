package dev.mainstay.slo;

import dev.mainstay.config.Durations;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/// A pair of windows and how fast the budget burns in both before somebody is told: the long one says that it matters,
/// the short one that it still goes on. Immutable and thread-safe.
///
/// "The Site Reliability Workbook", chapter 5, table 5-8.
record BurnWindow(Duration lasting, Duration recent, double factor, Urgency urgency) {
    static final List<BurnWindow> ALL = List.of(
            new BurnWindow(Duration.ofHours(1), Duration.ofMinutes(5), 14.4, Urgency.PAGE),
            new BurnWindow(Duration.ofHours(6), Duration.ofMinutes(30), 6, Urgency.PAGE),
            new BurnWindow(Duration.ofDays(1), Duration.ofHours(2), 3, Urgency.TICKET),
            new BurnWindow(Duration.ofDays(3), Duration.ofHours(6), 1, Urgency.TICKET));

    /// Every window there is, the shortest first.
    static final List<Duration> LENGTHS = ALL.stream()
            .flatMap(pair -> Stream.of(pair.lasting, pair.recent))
            .distinct()
            .sorted()
            .toList();

    /// Whether both burn that fast: the long one beyond doubt, and with at least so many events.
    boolean isBurning(Tally inLasting, Tally inRecent, Slo slo) {
        return inLasting.total() >= slo.minEvents()
                && BurnRate.of(inLasting, slo.budget()).atLeast() >= factor
                && BurnRate.of(inRecent, slo.budget()).rate() >= factor;
    }

    String inWords() {
        return Durations.format(lasting) + " and " + Durations.format(recent);
    }
}
