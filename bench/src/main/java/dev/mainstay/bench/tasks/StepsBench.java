package dev.mainstay.bench.tasks;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.peers.Drain;
import dev.mainstay.bench.report.Figures;
import dev.mainstay.bench.report.Goal;
import dev.mainstay.bench.report.Measured;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.bench.report.Samples;
import dev.mainstay.task.TaskContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Tasks of ten steps, each step stored before the next begins; then one long task, and what its steps take on disk.
/// Used by one thread.
@Command(name = "steps", description = "Tasks of ten steps a second, and what 1,000 steps take on disk.")
public final class StepsBench implements Callable<Integer> {
    private static final int STEPS = 10;

    @Option(names = "--tasks", defaultValue = "20000", description = "of ten steps, a round (${DEFAULT-VALUE})")
    private int tasks;

    @Option(names = "--rounds", defaultValue = "5", description = "rounds, after one to warm up (${DEFAULT-VALUE})")
    private int rounds;

    @Option(names = "--steps", defaultValue = "1000", description = "of the long task (${DEFAULT-VALUE})")
    private int steps;

    @Option(names = "--bytes", defaultValue = "8000", description = "at most, of a step of it (${DEFAULT-VALUE})")
    private int bytes;

    @Mixin
    private Reporting reporting;

    private static Map<String, Goal> goals() {
        Map<String, Goal> goals = new LinkedHashMap<>();
        goals.put("tasksPerSecond", Goal.atLeast(2_000));
        goals.put("storedRatio", Goal.atMost(1.2));
        return goals;
    }

    @Override
    public Integer call() throws Exception {
        return reporting.report("steps", goals(), this::measure);
    }

    Measured measure() {
        try (var laboratory = Laboratory.open()) {
            var figures = new Figures();
            Samples drains = drains(laboratory);
            figures.addMedian("tasksPerSecond", drains).add("stepsPerSecond", drains.median() * STEPS);
            LongTask task = LongTask.run(laboratory, steps, bytes);
            figures.add("storedRatio", task.ratio())
                    .add("storedBytes", task.storedBytes())
                    .add("uniqueBytes", task.uniqueBytes());
            // What a row costs besides its result weighs most where results are short.
            figures.add(
                    "storedRatioOfShort",
                    LongTask.run(laboratory, steps, bytes / 10).ratio());
            return new Measured(figures, laboratory.version());
        }
    }

    private Samples drains(Laboratory laboratory) {
        var ours = new TaskRounds(laboratory, (value, context) -> tenSteps(context));
        List<Double> drains = new ArrayList<>();
        for (int round = 0; round <= rounds; round++) {
            Drain drain = ours.round(tasks, Map.of("customer", "c-81723"));
            Reporting.say("round %d: %.0f tasks of ten steps/s".formatted(round, drain.drainPerSecond()));
            if (round > 0) {
                drains.add(drain.drainPerSecond());
            }
        }
        return Samples.of(drains);
    }

    private static void tenSteps(TaskContext context) throws Exception {
        for (int step = 0; step < STEPS; step++) {
            int number = step;
            context.step("step-" + step, String.class, () -> "what step " + number + " came to");
        }
    }
}
