package dev.mainstay.bench.failover;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Finds every tick that proves two owners at one time: a fence two nodes ticked under, or a tick begun under a fence
/// after one of a higher had begun. Stateless and thread-safe.
final class LedgerCheck {
    private static final Comparator<LedgerEntry> AS_BEGUN =
            Comparator.comparing(LedgerEntry::begun).thenComparing(LedgerEntry::fence);
    private static final Comparator<LedgerEntry> AS_WRITTEN =
            Comparator.comparing(LedgerEntry::written).thenComparing(LedgerEntry::fence);

    private LedgerCheck() {}

    /// The ticks that should not have been.
    static List<LedgerEntry> doubleOwners(Collection<LedgerEntry> ledger) {
        return outOfOrder(ledger, AS_BEGUN);
    }

    /// The ticks that were rightly begun, were under way when their node was stopped, and wrote when another owner
    /// had: no lock of ours can call back what a process has already sent, which is what fences are for.
    static List<LedgerEntry> lateWrites(Collection<LedgerEntry> ledger) {
        List<LedgerEntry> late = new ArrayList<>(outOfOrder(ledger, AS_WRITTEN));
        late.removeAll(doubleOwners(ledger));
        return late;
    }

    private static List<LedgerEntry> outOfOrder(Collection<LedgerEntry> ledger, Comparator<LedgerEntry> time) {
        Map<String, Owners> agents = new HashMap<>();
        return ledger.stream()
                .sorted(time)
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
