package dev.mainstay.bench.agents;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.lab.Stopwatch;
import dev.mainstay.bench.node.NodeOrder;
import dev.mainstay.bench.node.NodeProcess;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.concurrent.Threads;
import java.time.Duration;
import java.time.Instant;

/// So many agents on one node with a database of its own, watched for a while once all are active and warm.
///
/// @param agents how many
/// @param interval between two ticks of one
/// @param heartbeat between two heartbeats of one
/// @param warmUp before the watch, for the compiler
/// @param watch how long is measured
record Scenario(int agents, Duration interval, Duration heartbeat, Duration warmUp, Duration watch) {
    private static final Duration START_BOUND = Duration.ofMinutes(5);
    private static final Duration UNTIL_STORED = Duration.ofSeconds(3);
    private static final Duration PATIENCE = Duration.ofMillis(200);

    /// What was seen.
    ///
    /// @param startSeconds from the node's start until every agent was active
    /// @param jvmCores processors the node used
    /// @param postgresCores processors its database server used
    /// @param p99LatenessMs between a tick's due time and its start, 0 without heartbeats in the watch
    /// @param heartbeats stored
    /// @param ticks told by them
    /// @param heapBytes in use afterwards
    record Seen(
            double startSeconds,
            double jvmCores,
            double postgresCores,
            double p99LatenessMs,
            double heartbeats,
            double ticks,
            long heapBytes) {}

    Seen run() {
        try (var laboratory = Laboratory.open()) {
            var watch = Stopwatch.start();
            var order = NodeOrder.idle(laboratory, "node-1", agents, interval, heartbeat);
            try (var node = NodeProcess.start(order)) {
                awaitActive(laboratory);
                double startSeconds = watch.seconds();
                Reporting.say("%d agents are active after %.1f s".formatted(agents, startSeconds));
                Threads.pause(warmUp);
                return watch(laboratory, node, startSeconds);
            }
        }
    }

    private void awaitActive(Laboratory laboratory) {
        var watch = Stopwatch.start();
        while (laboratory.number("SELECT count(*) FROM agents WHERE state = 'active'") < agents) {
            if (watch.seconds() > START_BOUND.toSeconds()) {
                throw new IllegalStateException("not all of " + agents + " agents became active in " + START_BOUND);
            }
            Threads.pause(PATIENCE);
        }
    }

    private Seen watch(Laboratory laboratory, NodeProcess node, double startSeconds) {
        Instant from = laboratory.database().now();
        double jvmBefore = seconds(node.cpu());
        double postgresBefore = seconds(laboratory.cpu().used());
        var passed = Stopwatch.start();
        Threads.pause(watch);
        double jvm = seconds(node.cpu()) - jvmBefore;
        double postgres = seconds(laboratory.cpu().used()) - postgresBefore;
        double wall = passed.seconds();
        Threads.pause(UNTIL_STORED);
        String within = "FROM agent_heartbeats WHERE at >= '%s' AND at < '%s'".formatted(from, from.plus(watch));
        return new Seen(
                startSeconds,
                jvm / wall,
                postgres / wall,
                laboratory.number("SELECT coalesce(percentile_disc(0.99) WITHIN GROUP (ORDER BY late_ms), 0) " + within
                        + " AND ticks > 0"),
                laboratory.number("SELECT count(*) " + within),
                laboratory.number("SELECT coalesce(sum(ticks), 0) " + within),
                node.usedHeap());
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1e3;
    }
}
