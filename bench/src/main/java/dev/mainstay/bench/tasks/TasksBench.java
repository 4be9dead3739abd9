package dev.mainstay.bench.tasks;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.report.Figures;
import dev.mainstay.bench.report.Goal;
import dev.mainstay.bench.report.Measured;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.bench.report.Samples;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Tasks that do nothing, enqueued in batches and then worked off by one node, in turns with the hand-written limit.
/// Used by one thread.
@Command(name = "tasks", description = "Enqueue and drain tasks that do nothing, next to a hand-written queue.")
public final class TasksBench implements Callable<Integer> {
    private static final Map<String, Goal> GOALS = goals();

    @Option(names = "--tasks", defaultValue = "50000", description = "tasks a round (${DEFAULT-VALUE})")
    private int tasks;

    @Option(names = "--rounds", defaultValue = "5", description = "rounds, after one to warm up (${DEFAULT-VALUE})")
    private int rounds;

    @Mixin
    private Reporting reporting;

    private static Map<String, Goal> goals() {
        Map<String, Goal> goals = new LinkedHashMap<>();
        goals.put("enqueuePerSecond", Goal.atLeast(100_000));
        goals.put("drainPerSecond", Goal.atLeast(60_000));
        goals.put("ratioToLimit", Goal.atLeast(0.9));
        return goals;
    }

    @Override
    public Integer call() throws Exception {
        return reporting.report("tasks", GOALS, this::measure);
    }

    private Measured measure() throws Exception {
        try (var laboratory = Laboratory.open()) {
            var ours = new TaskRounds(laboratory);
            var limit = new LimitQueue(laboratory);
            List<Double> enqueues = new ArrayList<>();
            List<Double> drains = new ArrayList<>();
            List<Double> limits = new ArrayList<>();
            List<Double> ratios = new ArrayList<>();
            for (int round = 0; round <= rounds; round++) {
                Drain hand = limit.round(tasks, text());
                Drain own = ours.round(tasks, payload());
                Reporting.say("round %d: enqueue %.0f/s, drain %.0f/s; the limit %.0f/s"
                        .formatted(round, own.enqueuePerSecond(), own.drainPerSecond(), hand.drainPerSecond()));
                if (round > 0) {
                    enqueues.add(own.enqueuePerSecond());
                    drains.add(own.drainPerSecond());
                    limits.add(hand.drainPerSecond());
                    ratios.add(own.drainPerSecond() / hand.drainPerSecond());
                }
            }
            var figures = new Figures();
            figures.addMedian("enqueuePerSecond", Samples.of(enqueues));
            figures.addMedian("drainPerSecond", Samples.of(drains));
            figures.addMedian("limitDrainPerSecond", Samples.of(limits));
            figures.addMedian("ratioToLimit", Samples.of(ratios));
            return new Measured(figures, laboratory.version());
        }
    }

    /// About 220 bytes of JSON, as an ordinary task has.
    private static Map<String, ?> payload() {
        return Map.of("customer", "c-81723", "note", "x".repeat(180));
    }

    private static String text() {
        return "{\"customer\": \"c-81723\", \"note\": \"" + "x".repeat(180) + "\"}";
    }
}
