package dev.mainstay.bench.chaos;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.lab.Stopwatch;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.concurrent.Threads;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.random.RandomGenerator;

/// One run of chaos on a database of its own: one kind of strike after the other, while tasks come in all the time;
/// then quiet until all have ended. Used by one thread.
final class ChaosRun implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final Duration SETTLE = Duration.ofSeconds(4);
    private static final int BACKLOG = 3_000;
    private static final int DRAIN_SECONDS = 180;
    private static final int FAIL_POINT_CELLS = 3;
    private static final Duration FAIL_POINT_PATIENCE = Duration.ofMinutes(2);
    private static final Duration FAIL_POINT_BOUND = Duration.ofMinutes(25);
    static final String OPEN = "SELECT count(*) FROM tasks WHERE state = 'open'";
    private static final String DISCONNECT = """
            SELECT pg_terminate_backend(pid)
            FROM pg_stat_activity
            WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'
            """;
    /// Where a task stands while it is open.
    private static final String LEFT = """
            SELECT (SELECT count(*) FROM task_ready) + (SELECT count(*) FROM task_claims)
                + (SELECT count(*) FROM task_delayed) + (SELECT count(*) FROM task_blocked)
                + (SELECT count(*) FROM task_waits) + (SELECT count(*) FROM task_line)
                + (SELECT count(*) FROM task_orders)
            """;

    private final Laboratory laboratory;
    private final ChaosPlan plan;
    private final RandomGenerator random;
    private final Feeder feeder;
    private final Crew crew;
    private final Striking striking;
    private final List<Flood> floods = new ArrayList<>();
    private final List<Told> told = new ArrayList<>();
    private Map<FailPoint, Integer> failPoints = Map.of();
    private double left;

    ChaosRun(Laboratory laboratory, ChaosPlan plan, RandomGenerator random) {
        this.laboratory = laboratory;
        this.plan = plan;
        this.random = random;
        HistoryReader.createTables(laboratory);
        this.feeder = new Feeder("run", laboratory, laboratory.database(), new SplittableRandom(random.nextLong()));
        this.crew = new Crew(laboratory, random, plan.clocks());
        this.striking = new Striking(laboratory, crew, random);
        crew.add(plan.workers());
    }

    /// Where it happens: with room for the connections of many workers, also those a cut has left behind.
    static Laboratory laboratory() {
        return Laboratory.open(Map.of("max_connections", "500"));
    }

    /// Everything that was planned; what was written down meanwhile.
    History run() throws InterruptedException, SQLException {
        kills();
        crew.awaitAll();
        striking.pause(plan.freezes(), Striking.FREEZES, plan.workers() / 2, this::feed);
        striking.pause(plan.cuts(), Striking.CUTS, plan.workers() / 2, this::feed);
        strikeDatabase("all connections ended", plan.disconnects(), () -> laboratory.execute(DISCONNECT));
        strikeDatabase("database restarted", plan.restarts(), laboratory::stopServer, laboratory::startServer);
        strikeDatabase("database killed", plan.postmasterKills(), laboratory::killServer, laboratory::startServer);
        drain();
        for (int number = 0; number < plan.floods(); number++) {
            floods.add(Flood.through(laboratory, feeder));
            drain();
        }
        strikeFailPoints();
        told.add(feeder.told());
        return HistoryReader.read(laboratory, told);
    }

    private void kills() throws InterruptedException {
        for (int number = 1; number <= plan.kills(); number++) {
            feed();
            Threads.pause(Duration.ofMillis(random.nextLong(2 * plan.pace().toMillis() + 1)));
            striking.kill();
            if (number % 100 == 0) {
                Reporting.say("%d kills, %.0f tasks open".formatted(number, laboratory.number(OPEN)));
            }
        }
        if (plan.kills() > 0) {
            Threads.pause(SETTLE);
        }
    }

    private void feed() {
        while (laboratory.number("SELECT count(*) FROM task_ready") > BACKLOG) {
            Threads.pause(LOOK);
        }
        feeder.feed(plan.share());
    }

    /// Tasks are enqueued while it happens.
    private void strikeDatabase(String what, int times, Runnable... strike) {
        for (int number = 1; number <= times; number++) {
            try (ExecutorService feeding = Threads.virtualExecutor("chaos-feed-")) {
                feeding.execute(() -> feeder.feed(plan.share()));
                Threads.pause(Duration.ofMillis(random.nextInt(200)));
                for (Runnable each : strike) {
                    each.run();
                }
            }
            Reporting.say("%s, %d of %d".formatted(what, number, times));
            Threads.pause(Duration.ofMillis(500 + random.nextInt(2_500)));
        }
    }

    /// Without the workers, whose statements nobody strikes.
    private void strikeFailPoints() {
        if (plan.failPoints() == 0) {
            return;
        }
        crew.close();
        try (var points = new FailPoints(
                laboratory, plan.failPoints(), FAIL_POINT_CELLS, new SplittableRandom(random.nextLong()))) {
            points.strike(FAIL_POINT_PATIENCE, FAIL_POINT_BOUND);
            failPoints = points.struck();
            drain();
            told.addAll(points.told());
        }
    }

    private void drain() {
        var watch = Stopwatch.start();
        left = 1;
        while (left > 0 && watch.seconds() < DRAIN_SECONDS) {
            Threads.pause(LOOK);
            left = laboratory.number(OPEN) + laboratory.number(LEFT);
        }
        Reporting.say("drained after %.1f s, %.0f left".formatted(watch.seconds(), left));
    }

    /// Rows of tasks that should have ended, or of the way there, when all was quiet.
    double left() {
        return left;
    }

    int unknownEnqueues() {
        return told.stream().mapToInt(Told::unknown).sum();
    }

    /// How often each place where a connection can end was struck.
    Map<FailPoint, Integer> failPoints() {
        return failPoints;
    }

    int workersStarted() {
        return crew.started();
    }

    List<Flood> floods() {
        return floods;
    }

    @Override
    public void close() {
        crew.close();
        feeder.close();
    }
}
