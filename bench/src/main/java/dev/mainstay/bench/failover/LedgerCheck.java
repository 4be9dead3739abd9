package dev.mainstay.bench.failover;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Finds every tick that proves two owners at one time: a fence two nodes ticked under, or a tick under a fence after
/// a higher one had ticked. Stateless and thread-safe.
final class LedgerCheck {
    private static final Comparator<LedgerEntry> IN_TIME =
            Comparator.comparing(LedgerEntry::at).thenComparing(LedgerEntry::fence);

    private LedgerCheck() {}

    /// The ticks that should not have been.
    static List<LedgerEntry> doubleOwners(Collection<LedgerEntry> ledger) {
        Map<String, Owners> agents = new HashMap<>();
        return ledger.stream()
                .sorted(IN_TIME)
                .filter(entry -> agents.computeIfAbsent(entry.agent(), any -> new Owners())
                        .isWrong(entry))
                .toList();
    }

    /// Who has ticked for one agent until now.
    private static final class Owners {
        private final Map<Long, String> nodeOfFence = new HashMap<>();
        private long highest = Long.MIN_VALUE;

        boolean isWrong(LedgerEntry entry) {
            String owner = nodeOfFence.putIfAbsent(entry.fence(), entry.node());
            boolean isLate = entry.fence() < highest;
            highest = Math.max(highest, entry.fence());
            return isLate || (owner != null && !owner.equals(entry.node()));
        }
    }

    /// A few of them, for people.
    static String describe(List<LedgerEntry> wrong) {
        List<String> lines = new ArrayList<>();
        wrong.stream().limit(10).forEach(entry -> lines.add(entry.toString()));
        return String.join("\n", lines);
    }
}
