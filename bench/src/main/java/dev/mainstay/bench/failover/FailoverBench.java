package dev.mainstay.bench.failover;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.node.NodeOrder;
import dev.mainstay.bench.report.Figures;
import dev.mainstay.bench.report.Goal;
import dev.mainstay.bench.report.Measured;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.bench.report.Samples;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Two nodes on one database; the one with most agents is struck, again and again. Used by one thread.
@Command(
        name = "failover",
        description = "How long until another node runs the agents of one that was killed, frozen or cut off.")
public final class FailoverBench implements Callable<Integer> {
    @Option(names = "--kills", defaultValue = "50", description = "how often a node is killed (${DEFAULT-VALUE})")
    private int kills;

    @Option(
            names = "--freezes",
            defaultValue = "6",
            description = "how often one is stopped until its agents run elsewhere, then goes on (${DEFAULT-VALUE})")
    private int freezes;

    @Option(
            names = "--cuts",
            defaultValue = "6",
            description = "how often one is cut off from the database, by a black hole, a reset and a half-closed"
                    + " connection in turn (${DEFAULT-VALUE})")
    private int cuts;

    @Option(names = "--agents", defaultValue = "200", description = "on both nodes together (${DEFAULT-VALUE})")
    private int agents;

    @Option(names = "--interval", description = "between two ticks (${DEFAULT-VALUE})")
    private Duration interval = Duration.ofMillis(250);

    @Mixin
    private Reporting reporting;

    private Map<String, Goal> goals() {
        Map<String, Goal> goals = new LinkedHashMap<>();
        if (kills > 0) {
            goals.put("p99Seconds", Goal.atMost(3));
            goals.put("doubleOwners", Goal.atMost(0));
        }
        if (freezes > 0) {
            addGoals(goals, "freeze");
        }
        if (cuts > 0) {
            addGoals(goals, "cut");
        }
        return goals;
    }

    private static void addGoals(Map<String, Goal> goals, String name) {
        goals.put(name + "MaxSeconds", Goal.atMost(12));
        goals.put(name + "DoubleOwners", Goal.atMost(0));
    }

    @Override
    public Integer call() throws Exception {
        return reporting.report("failover", goals(), this::measure);
    }

    private Measured measure() throws SQLException {
        try (var laboratory = Laboratory.open();
                var ledger = new Ledger(laboratory)) {
            var figures = new Figures();
            if (kills > 0) {
                addKills(figures, strike(laboratory, ledger, "killed", kills, Blow.KILL));
            }
            if (freezes > 0) {
                addPauses(figures, "freeze", strike(laboratory, ledger, "frozen", freezes, Blow.FREEZE));
            }
            if (cuts > 0) {
                Blow[] ways = {Blow.BLACK_HOLE, Blow.RESET, Blow.HALF_CLOSE};
                addPauses(figures, "cut", strike(laboratory, ledger, "cut", cuts, ways));
            }
            return new Measured(figures, laboratory.version());
        }
    }

    private record Struck(Samples seconds, List<LedgerEntry> ticks) {
        int doubleOwners() {
            List<LedgerEntry> wrong = LedgerCheck.doubleOwners(ticks);
            if (!wrong.isEmpty()) {
                Reporting.say("ticks of a second owner:\n" + LedgerCheck.describe(wrong));
            }
            return wrong.size();
        }
    }

    private Struck strike(Laboratory laboratory, Ledger ledger, String name, int times, Blow... blows)
            throws SQLException {
        ledger.clear();
        var order = NodeOrder.idle(laboratory, name, agents, interval, Duration.ofSeconds(1))
                .withLedger();
        try (var pair = new NodePair(order, ledger)) {
            return new Struck(Samples.of(pair.strike(times, blows)), ledger.all());
        }
    }

    private static void addKills(Figures figures, Struck killed) {
        figures.add("kills", killed.seconds().size())
                .add("p99Seconds", killed.seconds().percentile(99))
                .add("maxSeconds", killed.seconds().max())
                .add("medianSeconds", killed.seconds().median())
                .add("minSeconds", killed.seconds().min())
                .add("doubleOwners", killed.doubleOwners())
                .add("ticksChecked", killed.ticks().size());
    }

    private static void addPauses(Figures figures, String name, Struck struck) {
        figures.add(name + "s", struck.seconds().size())
                .add(name + "MaxSeconds", struck.seconds().max())
                .add(name + "MedianSeconds", struck.seconds().median())
                .add(name + "DoubleOwners", struck.doubleOwners())
                .add(name + "LateWrites", LedgerCheck.lateWrites(struck.ticks()).size())
                .add(name + "TicksChecked", struck.ticks().size());
    }
}
