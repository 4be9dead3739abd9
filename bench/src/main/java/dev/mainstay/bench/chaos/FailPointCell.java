package dev.mainstay.bench.chaos;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.postgres.Database;
import dev.mainstay.task.TaskUpkeep;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Two nodes in this process, a worker outside and whoever enqueues, all on one way to the database that can end at any
/// statement. Tasks of all kinds come in all the time; now and then a node starts anew or loses its session, somebody
/// holds tasks, or a limit is set, so that what is sent only then is sent, too. Used by one thread.
final class FailPointCell implements AutoCloseable {
    private static final int NODES = 2;
    private static final int CAPACITY = 20;
    private static final int BACKLOG = 120;
    private static final int LIMIT = 2;
    private static final int DISTURBED_IN = 30;
    /// Longer than a completion waits for whoever holds its task.
    private static final Duration HELD = Duration.ofMillis(500);
    private static final Duration KEPT = Duration.ofDays(7);
    private static final Duration TURN = Duration.ofMillis(50);

    private final Laboratory laboratory;
    private final SplittableRandom random;
    private final FailPointProxy proxy;
    private final Database database;
    private final LedgerPen ledger;
    private final Feeder feeder;
    private final TaskUpkeep upkeep;
    private final OutsideHand outside;
    private final List<FailPointNode> nodes = new ArrayList<>();
    private volatile boolean isStopping;

    FailPointCell(String name, Laboratory laboratory, FailPointTally tally, SplittableRandom random) {
        this.laboratory = laboratory;
        this.random = random;
        URI direct = URI.create(laboratory.url().substring("jdbc:".length()));
        proxy = new FailPointProxy(direct.getHost(), direct.getPort(), tally);
        String url = "jdbc:postgresql://" + proxy.host() + ":" + proxy.port() + direct.getPath()
                + "?prepareThreshold=0&sslmode=disable";
        database = Database.open(order(url, name + "-feeder").database());
        ledger = new LedgerPen(order(url, name + "-outside"));
        feeder = new Feeder(name, laboratory, database, random.split());
        feeder.limit(LIMIT);
        upkeep = new TaskUpkeep(database, () -> {});
        outside = new OutsideHand(name + "-outside", database, ledger, random.split());
        for (int number = 1; number <= NODES; number++) {
            nodes.add(new FailPointNode(order(url, name + "-node-" + number)));
        }
    }

    private WorkerOrder order(String url, String node) {
        return new WorkerOrder(url, laboratory.url(), laboratory.user(), laboratory.password(), node, CAPACITY);
    }

    /// Until [#stop].
    void work() {
        while (!isStopping) {
            feeder.feedAt(any().fleet().tasks());
            if (laboratory.number(ChaosRun.OPEN) < BACKLOG) {
                feeder.feedEachKind();
                feeder.feedCommanded();
            }
            keepUp();
            disturb();
            Threads.pause(TURN);
        }
    }

    /// What one node does for all once a second or once an hour when there is something to do; doing it besides is no
    /// harm.
    private void keepUp() {
        try {
            upkeep.round();
            upkeep.forget(KEPT, handle -> {});
        } catch (RuntimeException e) {
            // Struck: the next round does the rest.
        }
    }

    private FailPointNode any() {
        return nodes.get(random.nextInt(NODES));
    }

    private void disturb() {
        switch (random.nextInt(DISTURBED_IN)) {
            case 0, 1 -> any().restart();
            case 2, 3 ->
                laboratory.execute("UPDATE node_sessions SET expires_at = clock_timestamp() WHERE node_id = '"
                        + any().name() + "' AND ended_at IS NULL");
            case 4, 5, 6 -> feeder.limit(LIMIT);
            case 7, 8, 9, 10 -> feeder.hold(HELD);
            default -> {}
        }
    }

    void stop() {
        isStopping = true;
    }

    Told told() {
        return feeder.told();
    }

    @Override
    public void close() {
        outside.close();
        nodes.forEach(FailPointNode::close);
        feeder.close();
        ledger.close();
        database.close();
        proxy.close();
    }
}
