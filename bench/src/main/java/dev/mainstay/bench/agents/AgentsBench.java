package dev.mainstay.bench.agents;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.node.NodeOrder;
import dev.mainstay.bench.node.NodeProcess;
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

/// Ten thousand agents that tick and beat every second, then ten times as many that mostly wait. Used by one thread.
@Command(name = "agents", description = "What 10,000 and 100,000 agents cost a node and its database.")
public final class AgentsBench implements Callable<Integer> {
    private static final Map<String, Goal> GOALS = goals();
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration HALF_MINUTE = Duration.ofSeconds(30);

    @Option(names = "--agents", defaultValue = "10000", description = "that tick every second (${DEFAULT-VALUE})")
    private int agents;

    @Option(names = "--many", defaultValue = "100000", description = "agents that mostly wait (${DEFAULT-VALUE})")
    private int many;

    @Option(names = "--seconds", defaultValue = "60", description = "how long each is watched (${DEFAULT-VALUE})")
    private int seconds;

    @Option(names = "--warm-up", defaultValue = "20", description = "seconds before that (${DEFAULT-VALUE})")
    private int warmUp;

    @Mixin
    private Reporting reporting;

    private static Map<String, Goal> goals() {
        Map<String, Goal> goals = new LinkedHashMap<>();
        goals.put("p99LatenessMs", Goal.atMost(20));
        goals.put("jvmCores", Goal.atMost(0.25));
        goals.put("postgresCores", Goal.atMost(0.25));
        goals.put("heapBytesPerAgent", Goal.atMost(4096));
        goals.put("cores100k1s", Goal.atMost(0.5));
        goals.put("cores100k30s", Goal.atMost(0.5));
        return goals;
    }

    @Override
    public Integer call() throws Exception {
        return reporting.report("agents", GOALS, this::measure);
    }

    private Measured measure() {
        var figures = new Figures();
        working(figures);
        // Nearly no heartbeat falls into the watch: what is measured is a hundred thousand ticks a second.
        waiting(figures, "100k1s", SECOND, Duration.ofMinutes(10));
        Scenario.Seen idle = waiting(figures, "100k30s", HALF_MINUTE, HALF_MINUTE);
        try (var laboratory = Laboratory.open();
                var nobody = NodeProcess.start(NodeOrder.idle(laboratory, "node-1", 0, SECOND, SECOND))) {
            figures.add("heapBytesPerAgent", Math.rint((double) (idle.heapBytes() - nobody.usedHeap()) / many));
            return new Measured(figures, laboratory.version());
        }
    }

    private void working(Figures figures) {
        Scenario.Seen seen = scenario(agents, SECOND, SECOND).run();
        figures.add("p99LatenessMs", seen.p99LatenessMs())
                .add("jvmCores", seen.jvmCores())
                .add("postgresCores", seen.postgresCores())
                .add("heartbeatsPerSecond", seen.heartbeats() / seconds)
                .add("ticksPerSecond", seen.ticks() / seconds)
                .add("startSeconds", seen.startSeconds());
    }

    private Scenario.Seen waiting(Figures figures, String suffix, Duration interval, Duration heartbeat) {
        Scenario.Seen seen = scenario(many, interval, heartbeat).run();
        figures.add("cores" + suffix, seen.jvmCores() + seen.postgresCores())
                .add("jvmCores" + suffix, seen.jvmCores())
                .add("postgresCores" + suffix, seen.postgresCores())
                .add("heartbeatsPerSecond" + suffix, seen.heartbeats() / seconds)
                .add("startSeconds" + suffix, seen.startSeconds());
        return seen;
    }

    private Scenario scenario(int count, Duration interval, Duration heartbeat) {
        return new Scenario(count, interval, heartbeat, Duration.ofSeconds(warmUp), Duration.ofSeconds(seconds));
    }
}
