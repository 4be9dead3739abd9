package dev.mainstay.bench.idle;

import dev.mainstay.Fleet;
import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.lab.StatementLog;
import dev.mainstay.bench.lab.Stopwatch;
import dev.mainstay.bench.node.NodeOrder;
import dev.mainstay.bench.node.NodeProcess;
import dev.mainstay.bench.report.Figures;
import dev.mainstay.bench.report.Goal;
import dev.mainstay.bench.report.Measured;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.task.NewTask;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// One node, alone, that works on the tasks of many queues, in none of which there is any. Used by one thread.
@Command(name = "idle", description = "What an idle node with 100 queues costs its database and its machine.")
public final class IdleBench implements Callable<Integer> {
    private static final String NODE = "idle";
    private static final String TYPE = "no-op";
    private static final Duration BOUND = Duration.ofMinutes(1);
    private static final Duration PATIENCE = Duration.ofMillis(50);
    private static final String OPEN = "SELECT count(*) FROM tasks WHERE state = 'open'";

    @Option(names = "--queues", defaultValue = "100", description = "each of which had a task once (${DEFAULT-VALUE})")
    private int queues;

    @Option(names = "--seconds", defaultValue = "60", description = "how long it is watched (${DEFAULT-VALUE})")
    private int seconds;

    @Option(names = "--warm-up", defaultValue = "60", description = "seconds before that (${DEFAULT-VALUE})")
    private int warmUp;

    @Mixin
    private Reporting reporting;

    private static Map<String, Goal> goals() {
        Map<String, Goal> goals = new LinkedHashMap<>();
        goals.put("statementsPerSecond", Goal.atMost(5));
        goals.put("cores", Goal.atMost(0.02));
        return goals;
    }

    @Override
    public Integer call() throws Exception {
        return reporting.report("idle", goals(), this::measure);
    }

    Measured measure() {
        try (var laboratory = Laboratory.open(StatementLog.SETTINGS)) {
            enqueue(laboratory);
            var order = NodeOrder.idle(laboratory, NODE, 0, Duration.ofSeconds(1), Duration.ofSeconds(1));
            try (var node = NodeProcess.start(order.working(TYPE))) {
                awaitIdle(laboratory);
                Threads.pause(Duration.ofSeconds(warmUp));
                return new Measured(watch(laboratory, node), laboratory.version());
            }
        }
    }

    private void enqueue(Laboratory laboratory) {
        List<NewTask> tasks = IntStream.range(0, queues)
                .mapToObj(number -> NewTask.of(TYPE, Map.of()).inQueue("queue-" + number))
                .toList();
        try (Fleet fleet =
                Fleet.builder().database(laboratory.database()).node("enqueuer").start()) {
            fleet.tasks().enqueueAll(tasks);
        }
    }

    private static void awaitIdle(Laboratory laboratory) {
        var watch = Stopwatch.start();
        while (laboratory.number(OPEN) > 0) {
            if (watch.seconds() > BOUND.toSeconds()) {
                throw new IllegalStateException("the node did not do its tasks in " + BOUND);
            }
            Threads.pause(PATIENCE);
        }
    }

    private Figures watch(Laboratory laboratory, NodeProcess node) {
        double jvm = seconds(node.cpu());
        double postgres = seconds(laboratory.cpu().used());
        StatementLog log = laboratory.statements("mainstay/" + NODE + "/");
        var passed = Stopwatch.start();
        Threads.pause(Duration.ofSeconds(seconds));
        List<String> statements = log.soFar();
        double wall = passed.seconds();
        tell(statements, wall);
        return new Figures()
                .add("statementsPerSecond", statements.size() / wall)
                .add("cores", (seconds(node.cpu()) - jvm) / wall)
                .add("postgresCores", (seconds(laboratory.cpu().used()) - postgres) / wall)
                .add("queues", queues);
    }

    /// Which statements there were, the most frequent first.
    private static void tell(List<String> statements, double wall) {
        Map<String, Long> counts = statements.stream()
                .collect(Collectors.groupingBy(Function.identity(), LinkedHashMap::new, Collectors.counting()));
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .forEach(count -> Reporting.say("%6.2f/s  %s".formatted(count.getValue() / wall, count.getKey())));
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1e3;
    }
}
