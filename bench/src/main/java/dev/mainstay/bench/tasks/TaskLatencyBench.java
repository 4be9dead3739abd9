package dev.mainstay.bench.tasks;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.report.Figures;
import dev.mainstay.bench.report.Goal;
import dev.mainstay.bench.report.Measured;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.bench.report.Samples;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// From enqueueing a task to the start of its handler: on one node at two rates, and from one process to another. Used
/// by one thread.
@Command(name = "task-latency", description = "From enqueueing a task to the start of its handler.")
public final class TaskLatencyBench implements Callable<Integer> {
    private static final int CALM = 200;
    private static final int BUSY = 2_000;
    private static final Map<String, Goal> GOALS = goals();

    @Option(names = "--warm-up", defaultValue = "75", description = "seconds that do not count (${DEFAULT-VALUE})")
    private int warmUp;

    @Option(names = "--seconds", defaultValue = "8", description = "length of a round (${DEFAULT-VALUE})")
    private int seconds;

    @Option(names = "--rounds", defaultValue = "3", description = "rounds, after the warm-up (${DEFAULT-VALUE})")
    private int rounds;

    @Mixin
    private Reporting reporting;

    private static Map<String, Goal> goals() {
        Map<String, Goal> goals = new LinkedHashMap<>();
        goals.put("p50Ms", Goal.atMost(1.3));
        goals.put("p99Ms", Goal.atMost(3.5));
        goals.put("otherProcessP99Ms", Goal.atMost(6));
        goals.put("busyP99Ms", Goal.atMost(15));
        return goals;
    }

    @Override
    public Integer call() throws Exception {
        return reporting.report("task-latency", GOALS, this::measure);
    }

    Measured measure() throws IOException {
        try (var laboratory = Laboratory.open()) {
            var latency =
                    new LatencyRounds(laboratory, Duration.ofSeconds(warmUp), Duration.ofSeconds(seconds), rounds);
            Samples disk = DiskProbe.run(laboratory.folder("probe"), CALM, Duration.ofSeconds(seconds));
            LatencyRounds.Seen calm = latency.sameNode(CALM);
            LatencyRounds.Seen other = latency.otherProcess(CALM);
            LatencyRounds.Seen busy = latency.sameNode(BUSY);
            return new Measured(figures(calm, other, busy, disk), laboratory.version());
        }
    }

    private static Figures figures(
            LatencyRounds.Seen calm, LatencyRounds.Seen other, LatencyRounds.Seen busy, Samples disk) {
        return new Figures()
                .add("p50Ms", calm.percentile(50))
                .add("p99Ms", calm.percentile(99))
                .add("otherProcessP50Ms", other.percentile(50))
                .add("otherProcessP99Ms", other.percentile(99))
                .add("busyP50Ms", busy.percentile(50))
                .add("busyP99Ms", busy.percentile(99))
                .add("diskP50Ms", disk.median())
                .add("diskP99Ms", disk.percentile(99))
                .add("refused", (double) (calm.refused() + other.refused() + busy.refused()));
    }
}
