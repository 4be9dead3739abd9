package dev.mainstay.bench.chaos;

import dev.mainstay.bench.lab.Stopwatch;
import dev.mainstay.bench.report.Figures;
import dev.mainstay.bench.report.Goal;
import dev.mainstay.bench.report.Measured;
import dev.mainstay.bench.report.Reporting;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Workers and their database are struck in every way while tasks run; then all that was written down is judged. Used
/// by one thread.
@Command(name = "chaos", description = "Whether a promise about tasks breaks when processes and the database do.")
public final class ChaosBench implements Callable<Integer> {
    @Option(names = "--workers", defaultValue = "4", description = "processes that work on tasks (${DEFAULT-VALUE})")
    private int workers;

    @Option(names = "--tasks", defaultValue = "20000", description = "of ten kinds (${DEFAULT-VALUE})")
    private int tasks;

    @Option(names = "--pace", description = "between two kills, on average (${DEFAULT-VALUE})")
    private Duration pace = Duration.ofMillis(300);

    @Option(names = "--kills", defaultValue = "200", description = "kill -9 of a worker (${DEFAULT-VALUE})")
    private int kills;

    @Option(
            names = "--freezes",
            defaultValue = "12",
            description = "workers stopped for about their lease or longer, then going on (${DEFAULT-VALUE})")
    private int freezes;

    @Option(
            names = "--cuts",
            defaultValue = "12",
            description = "black holes, resets, half-closed, slow and sliced connections in turn (${DEFAULT-VALUE})")
    private int cuts;

    @Option(
            names = "--disconnects",
            defaultValue = "10",
            description = "all connections of the database ended by the server (${DEFAULT-VALUE})")
    private int disconnects;

    @Option(names = "--restarts", defaultValue = "3", description = "of the database (${DEFAULT-VALUE})")
    private int restarts;

    @Option(names = "--postmaster-kills", defaultValue = "2", description = "kill -9 of it (${DEFAULT-VALUE})")
    private int postmasterKills;

    @Option(
            names = "--fail-points",
            defaultValue = "2",
            description = "connections ended at each boundary between two statements (${DEFAULT-VALUE} times)")
    private int failPoints;

    @Option(
            names = "--floods",
            defaultValue = "1",
            description = "restarts under load, before and after which the speed is measured (${DEFAULT-VALUE})")
    private int floods;

    @Option(
            names = "--wrong-clocks",
            description = "of three workers one is an hour ahead and one an hour behind; needs libfaketime")
    private boolean wrongClocks;

    @Option(names = "--seed", defaultValue = "1", description = "of all that is random here (${DEFAULT-VALUE})")
    private long seed;

    @Mixin
    private Reporting reporting;

    private Map<String, Goal> goals() {
        Map<String, Goal> goals = new LinkedHashMap<>();
        for (Promise promise : Promise.values()) {
            goals.put(promise.figure(), Goal.atMost(0));
        }
        goals.put("left", Goal.atMost(0));
        if (kills > 0) {
            goals.put("recoveryP99Seconds", Goal.atMost(3));
            goals.put("recoveryMaxSeconds", Goal.atMost(12));
        }
        if (freezes > 0) {
            goals.put("freezeRecoveryMaxSeconds", Goal.atMost(12));
        }
        if (cuts > 0) {
            goals.put("cutRecoveryMaxSeconds", Goal.atMost(12));
        }
        if (failPoints > 0) {
            goals.put("failPointLeastStrikes", Goal.atLeast(failPoints));
        }
        if (floods > 0) {
            goals.put("backSeconds", Goal.atMost(10));
        }
        return goals;
    }

    private ChaosPlan plan() {
        return new ChaosPlan(
                workers,
                tasks,
                pace,
                kills,
                freezes,
                cuts,
                disconnects,
                restarts,
                postmasterKills,
                failPoints,
                floods,
                clocks());
    }

    private List<WrongClock> clocks() {
        if (!wrongClocks) {
            return List.of();
        }
        List<WrongClock> clocks = Stream.of(WrongClock.HOUR, WrongClock.HOUR.negated())
                .flatMap(shift -> WrongClock.by(shift).stream())
                .toList();
        if (clocks.isEmpty()) {
            Reporting.say("SKIPPED: no wrong clocks, because libfaketime is not installed (Debian: faketime)");
        }
        return clocks;
    }

    @Override
    public Integer call() throws Exception {
        return reporting.report("chaos", goals(), this::measure);
    }

    private Measured measure() throws InterruptedException, SQLException {
        try (var laboratory = ChaosRun.laboratory();
                var run = new ChaosRun(laboratory, plan(), new SplittableRandom(seed))) {
            var watch = Stopwatch.start();
            History history = run.run();
            Figures figures = new ChaosFigures(plan(), history, run).figures();
            figures.add("minutes", watch.seconds() / 60);
            return new Measured(figures, laboratory.version());
        }
    }
}
