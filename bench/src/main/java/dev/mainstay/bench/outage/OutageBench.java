package dev.mainstay.bench.outage;

import dev.mainstay.bench.lab.JavaProgram;
import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.lab.Stopwatch;
import dev.mainstay.bench.node.NodeOrder;
import dev.mainstay.bench.node.NodeProcess;
import dev.mainstay.bench.report.Figures;
import dev.mainstay.bench.report.Goal;
import dev.mainstay.bench.report.Measured;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.bench.up.RunningServer;
import dev.mainstay.concurrent.Threads;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// A server and a node of many agents lose their database for minutes. Used by one thread.
@Command(name = "outage", description = "What a database that is away for minutes costs, and what comes after it.")
public final class OutageBench implements Callable<Integer> {
    private static final List<String> PROGRAM = JavaProgram.command("dev.mainstay.server.cli.Main");
    private static final Map<String, Goal> GOALS = goals();
    private static final Duration WARM_UP = Duration.ofSeconds(15);
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final Duration AFTERWARDS = Duration.ofSeconds(5);
    private static final Duration BOUND = Duration.ofMinutes(2);
    private static final double MEBIBYTE = 1 << 20;

    @Option(names = "--seconds", defaultValue = "300", description = "without database (${DEFAULT-VALUE})")
    private int seconds;

    @Option(names = "--agents", defaultValue = "1000", description = "that tick every second (${DEFAULT-VALUE})")
    private int agents;

    @Mixin
    private Reporting reporting;

    private static Map<String, Goal> goals() {
        Map<String, Goal> goals = new LinkedHashMap<>();
        goals.put("recoverySeconds", Goal.atMost(10));
        goals.put("lostEvents", Goal.atMost(0));
        goals.put("heapMb", Goal.atMost(64));
        goals.put("jvmCores", Goal.atMost(0.1));
        goals.put("serverCores", Goal.atMost(0.1));
        goals.put("wronglyReady", Goal.atMost(0));
        goals.put("notLive", Goal.atMost(0));
        return goals;
    }

    @Override
    public Integer call() throws Exception {
        return reporting.report("outage", GOALS, this::measure);
    }

    private Measured measure() throws IOException, InterruptedException, SQLException {
        try (var laboratory = Laboratory.open();
                var server = RunningServer.start(PROGRAM, laboratory.folder("server"), settings(laboratory));
                var api = new Api(server);
                var node = NodeProcess.start(
                        NodeOrder.idle(laboratory, "node-1", agents, Duration.ofSeconds(1), Duration.ofSeconds(1)))) {
            var figures = new Figures();
            Set<Long> acknowledged;
            try (var reporters = new Reporters(api)) {
                awaitBeats(laboratory, "-infinity");
                Threads.pause(WARM_UP);
                figures.add("acknowledgedBefore", reporters.acknowledged().size());
                outage(laboratory, server, node, api, figures);
                figures.add("recoverySeconds", recovery(laboratory, api, reporters));
                Threads.pause(AFTERWARDS);
                acknowledged = reporters.acknowledged();
            }
            figures.add("acknowledgedEvents", acknowledged.size()).add("lostEvents", lost(laboratory, acknowledged));
            return new Measured(figures, laboratory.version());
        }
    }

    private static Map<String, String> settings(Laboratory laboratory) {
        return Map.of(
                "MAINSTAY_DATABASE_URL", laboratory.url(),
                "MAINSTAY_DATABASE_USER", laboratory.user(),
                "MAINSTAY_DATABASE_PASSWORD", laboratory.password());
    }

    private void outage(Laboratory laboratory, RunningServer server, NodeProcess node, Api api, Figures figures) {
        var away = Stopwatch.start();
        Duration serverCpu = server.cpu();
        Duration nodeCpu = node.cpu();
        laboratory.stopServer();
        Reporting.say("the database is away for " + seconds + " s");
        try (var watch = new Watch(api)) {
            Threads.pause(Duration.ofSeconds(seconds));
            double passed = away.seconds();
            figures.add("outageSeconds", passed)
                    .add("jvmCores", cores(node.cpu().minus(nodeCpu), passed))
                    .add("serverCores", cores(server.cpu().minus(serverCpu), passed))
                    .add("heapMb", node.usedHeap() / MEBIBYTE)
                    .add("unreadyAfterSeconds", watch.unreadyAfterSeconds())
                    .add("wronglyReady", watch.wronglyReady())
                    .add("notLive", watch.notLive());
        }
        laboratory.startServer();
        Reporting.say("the database is back");
    }

    private static double cores(Duration used, double seconds) {
        return used.toMillis() / 1e3 / seconds;
    }

    /// From when the database takes connections until the server is ready, a report was acknowledged, and every agent
    /// of the node has a new heartbeat stored.
    private double recovery(Laboratory laboratory, Api api, Reporters reporters)
            throws IOException, InterruptedException {
        var back = Stopwatch.start();
        String since = laboratory.time();
        int before = reporters.acknowledged().size();
        while (api.get("/health/ready").statusCode() != 200
                || reporters.acknowledged().size() == before) {
            requireWithin(back, "the server is not ready again");
        }
        Reporting.say("ready and reported after %.2f s".formatted(back.seconds()));
        awaitBeats(laboratory, since);
        return back.seconds();
    }

    private void awaitBeats(Laboratory laboratory, String since) {
        var watch = Stopwatch.start();
        String beating = "SELECT count(*) FROM agent_leases WHERE node_id = 'node-1' AND beat_at > '" + since + "'";
        while (laboratory.number(beating) < agents) {
            requireWithin(watch, "not all agents beat");
        }
    }

    private static void requireWithin(Stopwatch watch, String otherwise) {
        if (watch.seconds() > BOUND.toSeconds()) {
            throw new IllegalStateException(otherwise + " after " + BOUND);
        }
        Threads.pause(LOOK);
    }

    private static int lost(Laboratory laboratory, Set<Long> acknowledged) throws SQLException {
        Set<Long> missing = new HashSet<>(acknowledged);
        try (var connection = laboratory.superuser();
                var query = connection.prepareStatement(
                        "SELECT (detail ->> 'number')::bigint FROM system_events WHERE type = ?")) {
            query.setString(1, Reporters.EVENT);
            try (var rows = query.executeQuery()) {
                while (rows.next()) {
                    missing.remove(rows.getLong(1));
                }
            }
        }
        return missing.size();
    }
}
