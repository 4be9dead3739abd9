package dev.mainstay.bench.bus;

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
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Durable messages of 200 bytes: how many a second one publisher brings to one consumer group, how long one takes at
/// 1,000 a second, and what a hundred subscribers cost. Used by one thread.
@Command(name = "bus", description = "Durable messages: throughput, latency, and fan-out to 100 subscribers.")
public final class BusBench implements Callable<Integer> {
    private static final int RATE = 1_000;
    private static final int SUBSCRIBERS = 100;
    private static final Map<String, Goal> GOALS = goals();

    @Option(names = "--messages", defaultValue = "100000", description = "messages of a round (${DEFAULT-VALUE})")
    private int messages;

    @Option(names = "--rounds", defaultValue = "3", description = "rounds of throughput (${DEFAULT-VALUE})")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "8", description = "length of a round of latency (${DEFAULT-VALUE})")
    private int seconds;

    @Mixin
    private Reporting reporting;

    private static Map<String, Goal> goals() {
        Map<String, Goal> goals = new LinkedHashMap<>();
        goals.put("messagesPerSecond", Goal.atLeast(20_000));
        goals.put("p99Ms", Goal.atMost(15));
        return goals;
    }

    @Override
    public Integer call() throws Exception {
        return reporting.report("bus", GOALS, this::measure);
    }

    private Measured measure() {
        var figures = new Figures();
        try (var laboratory = Laboratory.open()) {
            var throughput = new ThroughputRounds(laboratory);
            throughput.toOneGroup(messages / 5);
            figures.addMedian("messagesPerSecond", repeat(() -> throughput.toOneGroup(messages)));
            Samples latency = new MessageLatencyRounds(laboratory).round(RATE, Duration.ofSeconds(seconds), true);
            figures.add("p50Ms", latency.median()).add("p99Ms", latency.percentile(99));
            Samples other = new MessageLatencyRounds(laboratory).round(RATE, Duration.ofSeconds(seconds), false);
            figures.add("otherNodeP50Ms", other.median()).add("otherNodeP99Ms", other.percentile(99));
            figures.add("fanOutPerSecond", throughput.toSubscribers(SUBSCRIBERS, messages / 10));
            figures.add("groupFanOutPerSecond", throughput.toGroups(SUBSCRIBERS, messages / 50));
            return new Measured(figures, laboratory.version());
        }
    }

    private Samples repeat(Callable<Double> round) {
        return Samples.of(
                IntStream.range(0, rounds).mapToObj(number -> result(round)).toList());
    }

    private static double result(Callable<Double> round) {
        try {
            return round.call();
        } catch (Exception e) {
            throw new IllegalStateException("a round failed", e);
        }
    }
}
