package dev.mainstay.bench.chaos;

import dev.mainstay.bench.chaos.History.Attempt;
import dev.mainstay.bench.chaos.History.Struck;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// How long it took until what a struck worker held was claimable again. Stateless and thread-safe.
final class Recovery {
    private static final double MICROS = 1e6;
    private static final Set<String> LOST = Set.of("crashed", "released");

    private Recovery() {}

    static boolean isLost(Attempt attempt) {
        return LOST.contains(attempt.outcome());
    }

    /// Seconds from a strike of one of these kinds to the recorded loss of each lease the worker held at that moment.
    static List<Double> seconds(History history, Collection<Strike> kinds) {
        Map<String, TreeMap<Long, Strike>> strikes = new HashMap<>();
        for (Struck struck : history.strikes()) {
            strikes.computeIfAbsent(struck.node(), node -> new TreeMap<>()).put(struck.at(), struck.strike());
        }
        List<Double> seconds = new ArrayList<>();
        for (Attempt attempt : history.attempts()) {
            var strike = strikes.getOrDefault(attempt.worker(), new TreeMap<>()).ceilingEntry(attempt.startedAt());
            if (strike != null
                    && strike.getKey() < attempt.endedAt()
                    && isLost(attempt)
                    && kinds.contains(strike.getValue())) {
                seconds.add((attempt.endedAt() - strike.getKey()) / MICROS);
            }
        }
        return seconds;
    }
}
