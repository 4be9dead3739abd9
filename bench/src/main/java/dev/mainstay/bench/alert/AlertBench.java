package dev.mainstay.bench.alert;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.report.Figures;
import dev.mainstay.bench.report.Goal;
import dev.mainstay.bench.report.Measured;
import dev.mainstay.bench.report.Reporting;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Faults, a storm, and a long time in which nothing is wrong. Used by one thread.
@Command(
        name = "alert",
        description =
                "How soon a fault is told, how rarely a storm tells, and whether anything is told that is not so.")
public final class AlertBench implements Callable<Integer> {
    @Option(
            names = "--faults",
            defaultValue = "40",
            description = "how many agents fall silent, and how many crash (${DEFAULT-VALUE})")
    private int faults;

    @Option(names = "--kills", defaultValue = "10", description = "how many nodes are killed (${DEFAULT-VALUE})")
    private int kills;

    @Option(names = "--storm", defaultValue = "10000", description = "alerts of the storm (${DEFAULT-VALUE})")
    private int storm;

    @Option(
            names = "--minutes",
            defaultValue = "30",
            description = "how long nothing is wrong; 0 for not at all (${DEFAULT-VALUE})")
    private int minutes;

    @Option(
            names = "--restarts",
            defaultValue = "5",
            description = "of the database in that time, every second one by kill -9 (${DEFAULT-VALUE})")
    private int restarts;

    @Option(names = "--agents", defaultValue = "200", description = "of the node in that time (${DEFAULT-VALUE})")
    private int agents;

    @Mixin
    private Reporting reporting;

    private Map<String, Goal> goals() {
        Map<String, Goal> goals = new LinkedHashMap<>();
        goals.put("p99Seconds", Goal.atMost(5));
        goals.put("untold", Goal.atMost(0));
        goals.put("notificationsPerStorm", Goal.atMost(10));
        if (minutes > 0) {
            goals.put("falseAlerts", Goal.atMost(0));
        }
        return goals;
    }

    @Override
    public Integer call() throws Exception {
        return reporting.report("alert", goals(), this::measure);
    }

    Measured measure() {
        var figures = new Figures();
        try (var laboratory = Laboratory.open();
                var receiver = new Receiver()) {
            new FaultRounds(laboratory, receiver).measure(faults, kills, figures);
            new StormRound(laboratory, receiver).measure(storm, figures);
            if (minutes > 0) {
                new SteadyRun(laboratory, receiver).measure(Duration.ofMinutes(minutes), restarts, agents, figures);
            }
            return new Measured(figures, laboratory.version());
        }
    }
}
