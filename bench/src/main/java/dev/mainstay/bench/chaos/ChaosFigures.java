package dev.mainstay.bench.chaos;

import dev.mainstay.bench.chaos.History.Entry;
import dev.mainstay.bench.report.Figures;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.bench.report.Samples;
import java.util.Collection;
import java.util.List;

/// What a run of chaos came to, in figures. Used by one thread.
final class ChaosFigures {
    private final ChaosPlan plan;
    private final History history;
    private final ChaosRun run;
    private final Figures figures = new Figures();

    ChaosFigures(ChaosPlan plan, History history, ChaosRun run) {
        this.plan = plan;
        this.history = history;
        this.run = run;
    }

    Figures figures() {
        var broken = HistoryCheck.check(history);
        Reporting.say(HistoryCheck.describe(broken));
        figures.add("kills", plan.kills())
                .add("freezes", plan.freezes())
                .add("cuts", plan.cuts())
                .add("disconnects", plan.disconnects())
                .add("restarts", plan.restarts())
                .add("postmasterKills", plan.postmasterKills())
                .add("wrongClocks", plan.clocks().size())
                .add("tasks", history.acknowledged().size());
        broken.forEach((promise, words) -> figures.add(promise.figure(), words.size()));
        figures.add("left", run.left());
        addRecovery("recovery", plan.kills(), List.of(Strike.KILL));
        addRecovery("freezeRecovery", plan.freezes(), List.of(Strike.FREEZE));
        addRecovery("cutRecovery", plan.cuts(), Striking.CUTS);
        addFailPoints();
        addFloods();
        addCounts();
        return figures;
    }

    private void addRecovery(String name, int strikes, Collection<Strike> kinds) {
        if (strikes == 0) {
            return;
        }
        List<Double> seconds = Recovery.seconds(history, kinds);
        figures.add(name + "Leases", seconds.size());
        Samples samples = Samples.of(seconds.isEmpty() ? List.of(0.0) : seconds);
        figures.add(name + "P99Seconds", samples.percentile(99))
                .add(name + "MaxSeconds", samples.max())
                .add(name + "MedianSeconds", samples.median());
    }

    private void addFailPoints() {
        if (plan.failPoints() == 0) {
            return;
        }
        Collection<Integer> strikes = run.failPoints().values();
        run.failPoints().forEach((point, times) -> {
            if (times < plan.failPoints()) {
                Reporting.say("struck %d times only: %s %.200s".formatted(times, point.moment(), point.statement()));
            }
        });
        figures.add("failPointBoundaries", strikes.size())
                .add(
                        "failPointStrikes",
                        strikes.stream().mapToInt(Integer::intValue).sum())
                .add(
                        "failPointLeastStrikes",
                        strikes.stream().mapToInt(Integer::intValue).min().orElse(0));
    }

    private void addFloods() {
        if (plan.floods() > 0) {
            figures.add(
                            "backSeconds",
                            run.floods().stream()
                                    .mapToDouble(Flood::secondsBack)
                                    .max()
                                    .orElse(0))
                    .add(
                            "perSecondBefore",
                            run.floods().stream()
                                    .mapToDouble(Flood::perSecond)
                                    .min()
                                    .orElse(0));
        }
    }

    /// What shows that the strikes did strike.
    private void addCounts() {
        int starts = (int) history.ledger().stream().filter(Entry::isStart).count();
        int started = (int) history.ledger().stream()
                .filter(Entry::isStart)
                .map(Entry::task)
                .distinct()
                .count();
        figures.add("explainedDuplicates", starts - started)
                .add("lostLeases", outcomes("crashed") + outcomes("released"))
                .add("refusedCompletions", phases(LedgerPen.REFUSED))
                .add("deadLetters", states("dead"))
                .add("unknownEnqueues", run.unknownEnqueues())
                .add("workersStarted", run.workersStarted());
    }

    private int outcomes(String outcome) {
        return (int) history.attempts().stream()
                .filter(attempt -> attempt.outcome().equals(outcome))
                .count();
    }

    private int phases(String phase) {
        return (int) history.ledger().stream()
                .filter(entry -> entry.phase().equals(phase))
                .count();
    }

    private int states(String state) {
        return (int) history.tasks().stream()
                .filter(task -> task.state().equals(state))
                .count();
    }
}
