package dev.mainstay.bench.tasks;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.report.Figures;
import dev.mainstay.bench.report.Goal;
import dev.mainstay.bench.report.Measured;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.bench.report.Samples;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// From enqueueing a task to the start of its handler: on one node at two rates, and from one node to another (both in
/// this process, each with connections of its own). Used by one thread.
@Command(name = "task-latency", description = "From enqueueing a task to the start of its handler.")
public final class TaskLatencyBench implements Callable<Integer> {
    private static final int CALM = 200;
    private static final int BUSY = 2_000;
    private static final Map<String, Goal> GOALS = goals();

    @Option(names = "--seconds", defaultValue = "8", description = "length of a round (${DEFAULT-VALUE})")
    private int seconds;

    @Mixin
    private Reporting reporting;

    private static Map<String, Goal> goals() {
        Map<String, Goal> goals = new LinkedHashMap<>();
        goals.put("p50Ms", Goal.atMost(1.3));
        goals.put("p99Ms", Goal.atMost(3.5));
        goals.put("otherNodeP99Ms", Goal.atMost(6));
        goals.put("busyP99Ms", Goal.atMost(15));
        return goals;
    }

    @Override
    public Integer call() throws Exception {
        return reporting.report("task-latency", GOALS, this::measure);
    }

    private Measured measure() {
        var figures = new Figures();
        try (var laboratory = Laboratory.open()) {
            var rounds = new LatencyRounds(laboratory);
            Duration length = Duration.ofSeconds(seconds);
            Samples calm = rounds.round(CALM, length, true);
            figures.add("p50Ms", calm.median()).add("p99Ms", calm.percentile(99));
            Samples other = rounds.round(CALM, length, false);
            figures.add("otherNodeP50Ms", other.median()).add("otherNodeP99Ms", other.percentile(99));
            Samples busy = rounds.round(BUSY, length, true);
            figures.add("busyP50Ms", busy.median()).add("busyP99Ms", busy.percentile(99));
            return new Measured(figures, laboratory.version());
        }
    }
}
