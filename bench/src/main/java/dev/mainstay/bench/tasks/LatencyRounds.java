package dev.mainstay.bench.tasks;

import dev.mainstay.Fleet;
import dev.mainstay.FleetBuilder;
import dev.mainstay.bench.lab.JavaProgram;
import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.node.NodeProcess;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.bench.report.Samples;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.task.NewTask;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;

/// How long it takes from just before a task is enqueued until its handler starts, one by one at a steady rate, while
/// the worker has nothing else to do. Used by one thread.
///
/// @param warmUp before the rounds, which does not count
/// @param length of a round
record LatencyRounds(Laboratory laboratory, Duration warmUp, Duration length, int rounds) {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(50);

    /// The node that enqueues is the one that works.
    Seen sameNode(int perSecond) {
        var times = new StartTimes();
        try (Fleet fleet = times.on(node("latency")).start()) {
            return rounds("same node", perSecond, fleet, times::taken);
        }
    }

    /// The node that works is a process of its own.
    Seen otherProcess(int perSecond) {
        List<String> command = JavaProgram.command(LatencyWorkerMain.class.getName());
        try (var worker = NodeProcess.start(command, LatencyWorkerMain.NODE, LatencyWorkerMain.Order.of(laboratory));
                Fleet enqueuer = node("latency-enqueuer").start()) {
            return rounds(
                    "other process",
                    perSecond,
                    enqueuer,
                    () -> Arrays.asList(JsonMapper.shared().readValue(worker.ask("taken"), Double[].class)));
        }
    }

    /// What the rounds showed.
    ///
    /// @param millis of each round
    /// @param refused tasks that could not be enqueued, so that the load was less than asked for
    record Seen(List<Samples> millis, long refused) {
        /// The median of the rounds' percentiles.
        double percentile(double percent) {
            return Samples.of(millis.stream()
                            .map(round -> round.percentile(percent))
                            .toList())
                    .median();
        }
    }

    private FleetBuilder node(String name) {
        return Fleet.builder().database(laboratory.config(name).build()).node(name);
    }

    private Seen rounds(String what, int perSecond, Fleet enqueuer, Supplier<List<Double>> taken) {
        round(perSecond, warmUp, enqueuer, taken);
        Seen seen = new Seen(new ArrayList<>(), 0);
        for (int round = 1; round <= rounds; round++) {
            Seen one = round(perSecond, length, enqueuer, taken);
            Samples millis = one.millis().getFirst();
            Reporting.say("%s, %d a second: median %.2f ms, p99 %.2f ms, longest %.1f ms"
                    .formatted(what, perSecond, millis.median(), millis.percentile(99), millis.max()));
            seen.millis().add(millis);
            seen = new Seen(seen.millis(), seen.refused() + one.refused());
        }
        return seen;
    }

    /// Ends when all that was enqueued has started.
    private static Seen round(int perSecond, Duration length, Fleet enqueuer, Supplier<List<Double>> taken) {
        MonotonicClock clock = MonotonicClock.system();
        List<Double> millis = new ArrayList<>();
        long refused = SteadyLoad.run(
                perSecond, length, () -> enqueuer.tasks().enqueue(NewTask.of(StartTimes.TYPE, clock.nanos())));
        long expected = SteadyLoad.count(perSecond, length) - refused;
        long giveUp = clock.nanos() + PATIENCE.toNanos();
        millis.addAll(taken.get());
        while (millis.size() < expected && clock.nanos() < giveUp) {
            Threads.pause(PAUSE);
            millis.addAll(taken.get());
        }
        if (millis.size() < expected) {
            throw new IllegalStateException("of %d tasks only %d have started".formatted(expected, millis.size()));
        }
        return new Seen(List.of(Samples.of(millis)), refused);
    }
}
