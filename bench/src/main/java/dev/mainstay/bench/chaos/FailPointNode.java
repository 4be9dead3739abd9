package dev.mainstay.bench.chaos;

import dev.mainstay.Fleet;
import dev.mainstay.bench.report.Reporting;
import dev.mainstay.concurrent.Threads;
import java.time.Duration;

/// A node in this process that can be started anew, under another name, whatever befalls its connections meanwhile.
/// Used by one thread.
final class FailPointNode implements AutoCloseable {
    private static final int ATTEMPTS = 200;
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final WorkerOrder order;
    private final LedgerPen ledger;
    private final ChaosWork work;
    private int starts;
    private Fleet fleet;

    FailPointNode(WorkerOrder order) {
        this.order = order;
        this.ledger = new LedgerPen(order);
        this.work = new ChaosWork(order, ledger);
        this.fleet = start();
    }

    private Fleet start() {
        for (int attempt = 1; attempt < ATTEMPTS; attempt++) {
            try {
                return attempt();
            } catch (RuntimeException e) {
                Threads.pause(PAUSE);
            }
        }
        return attempt();
    }

    private Fleet attempt() {
        starts++;
        return work.on(Fleet.builder().database(order.database()).node(name()).taskCapacity(order.capacity()))
                .start();
    }

    String name() {
        return order.node() + "-" + starts;
    }

    Fleet fleet() {
        return fleet;
    }

    void restart() {
        stop();
        fleet = start();
    }

    private void stop() {
        try {
            fleet.close();
        } catch (RuntimeException e) {
            Reporting.say(name() + " did not stop in order: " + e);
        }
    }

    @Override
    public void close() {
        stop();
        work.close();
        ledger.close();
    }
}
