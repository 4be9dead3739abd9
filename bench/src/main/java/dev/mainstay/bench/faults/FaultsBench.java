package dev.mainstay.bench.faults;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.lab.Stopwatch;
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
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Faults of fifteen classes in a fleet that heals itself, and what became of each. Used by one thread.
@Command(name = "faults", description = "How many injected faults are detected and healed, and how fast.")
public final class FaultsBench implements Callable<Integer> {
    private static final Map<String, Goal> GOALS = goals();

    @Option(names = "--faults", defaultValue = "960", description = "of single agents (${DEFAULT-VALUE})")
    private int faults;

    @Option(
            names = "--strikes",
            defaultValue = "14",
            description = "of each kind that befalls a node or the database (${DEFAULT-VALUE})")
    private int strikes;

    @Option(names = "--agents", defaultValue = "90", description = "into which faults are injected (${DEFAULT-VALUE})")
    private int agents;

    @Option(names = "--controls", defaultValue = "10", description = "that stay healthy (${DEFAULT-VALUE})")
    private int controls;

    @Option(names = "--nodes", defaultValue = "3", description = "that run them (${DEFAULT-VALUE})")
    private int nodes;

    @Option(names = "--interval", description = "of ticks and heartbeats (${DEFAULT-VALUE})")
    private Duration interval = Duration.ofSeconds(2);

    @Option(names = "--at-once", defaultValue = "24", description = "faults of agents at a time (${DEFAULT-VALUE})")
    private int atOnce;

    @Option(names = "--classes", split = ",", description = "only these, such as crash,node-kill; all without it")
    private List<String> classes = List.of();

    @Option(names = "--seed", defaultValue = "1", description = "of all that is random here (${DEFAULT-VALUE})")
    private long seed;

    @Mixin
    private Reporting reporting;

    private static Map<String, Goal> goals() {
        Map<String, Goal> goals = new LinkedHashMap<>();
        goals.put("injected", Goal.atLeast(1_000));
        goals.put("detectedPercent", Goal.atLeast(99.5));
        goals.put("medianDelayIntervals", Goal.atMost(2));
        goals.put("healedPercent", Goal.atLeast(95));
        goals.put("falseRestarts", Goal.atMost(0));
        goals.put("restartStorms", Goal.atMost(0));
        goals.put("recoveriesOfControls", Goal.atMost(0));
        return goals;
    }

    @Override
    public Integer call() throws Exception {
        return reporting.report("faults", GOALS, this::measure);
    }

    private Measured measure() throws SQLException {
        List<FaultKind> chosen = classes.stream().map(FaultKind::ofWord).toList();
        try (var laboratory = Laboratory.open(Map.of("max_connections", "300"))) {
            var plan = new FaultPlan(chosen, faults, strikes, agents, controls, nodes, interval, atOnce);
            var watch = Stopwatch.start();
            var figures = plan.run(laboratory, new SplittableRandom(seed));
            figures.add("minutes", watch.seconds() / 60);
            return new Measured(figures, laboratory.version());
        }
    }
}
