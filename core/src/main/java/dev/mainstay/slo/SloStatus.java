package dev.mainstay.slo;

import dev.mainstay.config.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How an SLO stands at a moment. Immutable and thread-safe.
///
/// @param period the events of its period
/// @param windows the events of each window, the shortest first
record SloStatus(Slo slo, Tally period, Map<Duration, Tally> windows) {
    private static final double PERCENT = 100;
    private static final Tally NONE = new Tally(0, 0);

    /// The percentage of good events; null when there were none.
    @Nullable
    Double reached() {
        return period.total() == 0 ? null : Double.valueOf(PERCENT * period.good() / period.total());
    }

    /// The share of the error budget that is left, of the events so far; below 0 when more was spent.
    /// Null without events.
    @Nullable
    Double budgetLeft() {
        return period.total() == 0 ? null : Double.valueOf(1 - period.bad() / (period.total() * slo.budget()));
    }

    /// The gravest pair of windows in which the budget burns too fast.
    Optional<BurnWindow> burning() {
        return BurnWindow.ALL.stream()
                .filter(pair -> pair.isBurning(tally(pair.lasting()), tally(pair.recent()), slo))
                .findFirst();
    }

    private Tally tally(Duration window) {
        return windows.getOrDefault(window, NONE);
    }

    /// What burns, in words.
    String summary(BurnWindow pair) {
        Double left = budgetLeft();
        return String.format(
                Locale.ROOT,
                "the error budget of %s burns %.1f times too fast over %s (%d of %d bad in the long one)%s",
                slo.name(),
                rate(pair),
                pair.inWords(),
                tally(pair.lasting()).bad(),
                tally(pair.lasting()).total(),
                left == null ? "" : String.format(Locale.ROOT, ", %.0f %% of it is left", PERCENT * left));
    }

    double rate(BurnWindow pair) {
        return BurnRate.of(tally(pair.lasting()), slo.budget()).rate();
    }

    /// The windows as they are stored and shown.
    List<Map<String, Object>> plainWindows() {
        List<Map<String, Object>> plain = new ArrayList<>();
        windows.forEach((length, tally) -> {
            BurnRate burn = BurnRate.of(tally, slo.budget());
            Map<String, Object> window = new LinkedHashMap<>();
            window.put("window", Durations.format(length));
            window.put("good", tally.good());
            window.put("total", tally.total());
            window.put("burnRate", burn.rate());
            window.put("burnRateAtLeast", burn.atLeast());
            plain.add(window);
        });
        return plain;
    }
}
