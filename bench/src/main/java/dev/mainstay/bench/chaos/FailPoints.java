package dev.mainstay.bench.chaos;

import dev.mainstay.Fleet;
import dev.mainstay.bench.chaos.FailPointProxy.Moment;
import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.postgres.Database;
import dev.mainstay.task.TaskQueue;
import dev.mainstay.testing.Eventually;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/// Two nodes in this process and whoever enqueues, all on one way to the database that ends connections before and
/// after every statement any of them has ever sent. Used by one thread.
final class FailPoints implements AutoCloseable {
    private static final int CAPACITY = 20;
    private static final int TASKS_BEFORE = 40;
    private static final Duration PATIENCE = Duration.ofMillis(1_500);
    private static final Duration TO_END = Duration.ofMinutes(2);
    private static final int FRUITLESS = 2;
    private static final Pattern OF_TASKS = Pattern.compile("task|chaos_effects");

    private final Laboratory laboratory;
    private final FailPointProxy proxy;
    private final Database database;
    private final Feeder feeder;
    /// Closes what was opened, the last first.
    private final List<Runnable> parts = new ArrayList<>();
    private final List<TaskQueue> nodes = new ArrayList<>();
    private final Map<Point, Integer> struck = new HashMap<>();
    private final Map<Point, Integer> missed = new HashMap<>();

    /// A place where a connection can end.
    record Point(String statement, Moment moment) {}

    FailPoints(Laboratory laboratory, RandomGenerator random) {
        this.laboratory = laboratory;
        URI direct = URI.create(laboratory.url().substring("jdbc:".length()));
        proxy = new FailPointProxy(direct.getHost(), direct.getPort());
        String url = "jdbc:postgresql://" + proxy.host() + ":" + proxy.port() + direct.getPath()
                + "?prepareThreshold=0&sslmode=disable";
        database = Database.open(order(laboratory, url, "feeder").database());
        feeder = new Feeder("points", laboratory, database, random);
        for (String node : List.of("point-1", "point-2")) {
            start(order(laboratory, url, node));
        }
    }

    private static WorkerOrder order(Laboratory laboratory, String url, String node) {
        return new WorkerOrder(url, laboratory.url(), laboratory.user(), laboratory.password(), node, CAPACITY);
    }

    private void start(WorkerOrder order) {
        var ledger = new LedgerPen(order);
        parts.addFirst(ledger::close);
        var work = new ChaosWork(order, ledger);
        parts.addFirst(work::close);
        Fleet fleet = work.on(Fleet.builder()
                        .database(order.database())
                        .node(order.node())
                        .taskCapacity(order.capacity()))
                .start();
        parts.addFirst(fleet::close);
        nodes.add(fleet.tasks());
    }

    Feeder feeder() {
        return feeder;
    }

    /// Strikes each point `rounds` times, those too that are seen for the first time meanwhile; a point that
    /// does not come by again and again is left out. What was done and not heard of is the same as what was not
    /// sent, as long as its transaction has not committed, so only commits are struck both ways.
    void strike(int rounds) throws InterruptedException {
        feeder.feed(TASKS_BEFORE);
        feed();
        // Once they have ended, nearly every statement has come by.
        Eventually.holds("the first tasks end", TO_END, () -> laboratory.number(ChaosRun.OPEN) == 0);
        for (int round = 1; round <= rounds; round++) {
            for (String statement : new TreeSet<>(proxy.statements())) {
                if (OF_TASKS.matcher(statement).find()) {
                    strike(new Point(statement, Moment.BEFORE));
                }
                if (OF_TASKS.matcher(statement).find() && statement.startsWith(StatementText.COMMIT)) {
                    strike(new Point(statement, Moment.UNHEARD));
                }
            }
        }
    }

    private void feed() {
        feeder.feedEachKind();
        for (TaskQueue node : nodes) {
            feeder.feedAlone(node);
        }
    }

    private void strike(Point point) throws InterruptedException {
        if (missed.getOrDefault(point, 0) >= FRUITLESS) {
            return;
        }
        Thread feeding = Threads.startVirtual("feed", this::feed);
        boolean isStruck = proxy.strike(point.statement(), point.moment(), PATIENCE);
        feeding.join();
        (isStruck ? struck : missed).merge(point, 1, Integer::sum);
    }

    /// How often each point was struck.
    Map<Point, Integer> struck() {
        return Map.copyOf(struck);
    }

    @Override
    public void close() {
        parts.forEach(Runnable::run);
        feeder.close();
        database.close();
        proxy.close();
    }
}
