package dev.mainstay.bench.watch;

import dev.mainstay.alert.Aggregate;
import dev.mainstay.alert.AlertEngine;
import dev.mainstay.alert.AlertRule;
import dev.mainstay.alert.Condition;
import dev.mainstay.alert.DeclaredRules;
import dev.mainstay.anomaly.watch.AnomalySettings;
import dev.mainstay.anomaly.watch.AnomalyWatch;
import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.lab.Stopwatch;
import dev.mainstay.bench.report.Figures;
import dev.mainstay.bench.report.Goal;
import dev.mainstay.bench.report.Measured;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.health.HealthEvaluator;
import dev.mainstay.health.Liveness;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.DatabaseSlowness;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.telemetry.Severity;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The duties that watch, at the intervals at which a node runs them, over a fleet that stores. Used by one thread.
@Command(
        name = "watch-cost",
        description = "What it costs to watch 10,000 agents and 100,000 series: suspicion, health, alerts, anomalies.")
public final class WatchCostBench implements Callable<Integer> {
    private static final int HISTORY_MINUTES = 40;
    private static final int ALERTS_EACH = 5;
    private static final int HEALTH_EACH = 10;
    private static final Duration THRESHOLD_WINDOW = Duration.ofMinutes(1);
    private static final double NEVER = 1e9;

    @Option(names = "--agents", defaultValue = "10000", description = "that beat each ten seconds (${DEFAULT-VALUE})")
    private int agents;

    @Option(names = "--series", defaultValue = "100000", description = "of these agents (${DEFAULT-VALUE})")
    private int series;

    @Option(names = "--interval", defaultValue = "60", description = "seconds between points (${DEFAULT-VALUE})")
    private int interval;

    @Option(names = "--seconds", defaultValue = "60", description = "how long it is measured (${DEFAULT-VALUE})")
    private int seconds;

    @Option(names = "--warm-up", defaultValue = "20", description = "seconds before that (${DEFAULT-VALUE})")
    private int warmUp;

    @Mixin
    private Reporting reporting;

    private final Map<String, Double> millis = new LinkedHashMap<>();

    private static Map<String, Goal> goals() {
        return Map.of("cores", Goal.atMost(0.25));
    }

    @Override
    public Integer call() throws Exception {
        return reporting.report("watch-cost", goals(), this::measure);
    }

    Measured measure() {
        try (var laboratory = Laboratory.open();
                var fleet = new WatchedFleet(laboratory, agents, series, interval)) {
            fleet.declare(HISTORY_MINUTES);
            return new Measured(watch(laboratory, fleet), laboratory.version());
        } catch (SQLException e) {
            throw new IllegalStateException("the bench's server refused what agents store", e);
        }
    }

    private Figures watch(Laboratory laboratory, WatchedFleet fleet) throws SQLException {
        Watchers watchers = new Watchers(laboratory.database(), series);
        Stopwatch caughtUp = Stopwatch.start();
        long points = watchers.catchUp();
        double rate = points / caughtUp.seconds();
        Reporting.say("%,d points of before were judged, %,.0f/s".formatted(points, rate));
        go(fleet, watchers, warmUp);
        millis.clear();
        Used before = Used.now(laboratory, fleet);
        Stopwatch wall = Stopwatch.start();
        go(fleet, watchers, seconds);
        double passed = wall.seconds();
        Used after = Used.now(laboratory, fleet);
        Figures figures = new Figures()
                .add("cores", (after.all() - before.all()) / passed)
                .add("jvmCores", (after.jvm() - before.jvm()) / passed)
                .add("postgresCores", (after.postgres() - before.postgres()) / passed);
        millis.forEach((duty, spent) -> figures.add(duty + "MsPerSecond", spent / passed));
        return figures.add("catchUpPointsPerSecond", rate).add("agents", agents).add("series", series);
    }

    /// Processor time in seconds: of this process, which does what the watching node does and hardly more, and of the
    /// server without the connection that stores what agents would.
    private record Used(double jvm, double postgres) {
        static Used now(Laboratory laboratory, WatchedFleet fleet) throws SQLException {
            Duration jvm = ProcessHandle.current().info().totalCpuDuration().orElseThrow();
            Duration storing = laboratory.cpu().used(fleet.process());
            return new Used(seconds(jvm), seconds(laboratory.cpu().used().minus(storing)));
        }

        private static double seconds(Duration duration) {
            return duration.toMillis() / 1e3;
        }

        double all() {
            return jvm + postgres;
        }
    }

    /// Second by second: what agents store, then the duties that are due.
    private void go(WatchedFleet fleet, Watchers watchers, int time) throws SQLException {
        Stopwatch watch = Stopwatch.start();
        for (int second = 1; second <= time; second++) {
            fleet.step();
            timed("suspicion", watchers::suspect);
            if (second % ALERTS_EACH == 0) {
                timed("alerts", watchers::alert);
            }
            if (second % HEALTH_EACH == 0) {
                timed("health", watchers::judge);
            }
            if (second % AnomalyWatch.PERIOD.toSeconds() == 0) {
                timed("anomalies", watchers::catchUp);
            }
            Threads.pause(Duration.ofNanos(Math.max(0, (long) ((second - watch.seconds()) * 1e9))));
        }
    }

    private void timed(String duty, Callable<Long> round) {
        Stopwatch watch = Stopwatch.start();
        try {
            round.call();
        } catch (Exception e) {
            throw new IllegalStateException(duty + " failed", e);
        }
        millis.merge(duty, watch.millis(), Double::sum);
    }

    /// The duties as a node has them.
    private static final class Watchers {
        private final Database database;
        private final Liveness liveness;
        private final AlertEngine alerts;
        private final HealthEvaluator health;
        private final AnomalyWatch anomalies;

        Watchers(Database database, int series) {
            this.database = database;
            this.liveness = new Liveness(database);
            this.alerts = new AlertEngine(database, List.of(), () -> {}, () -> DatabaseSlowness.NONE);
            this.health = new HealthEvaluator(database);
            this.anomalies = new AnomalyWatch(
                    database,
                    new AnomalySettings(true, 0.25, List.of("*"), List.of("health.score"), series + 1_000, 100));
            AlertRule threshold = AlertRule.of(
                    "too-high",
                    Severity.WARNING,
                    new Condition.Threshold("bench.m0", Aggregate.AVG, THRESHOLD_WINDOW, NEVER, null));
            AlertRule unusual = AlertRule.of("odd", Severity.INFO, new Condition.Unusual("bench.*"));
            new DeclaredRules(database, Organizations.DEFAULT).declare(List.of(threshold, unusual));
        }

        long suspect() {
            liveness.round(1, handle -> {});
            return 0;
        }

        long alert() {
            alerts.round(handle -> {});
            return 0;
        }

        long judge() {
            return health.evaluate(database.now()).size();
        }

        long catchUp() {
            long judged = 0;
            for (long round = anomalies.round(handle -> {}); round > 0; round = anomalies.round(handle -> {})) {
                judged += round;
            }
            return judged;
        }
    }
}
