package dev.mainstay.bench.chaos;

import dev.mainstay.MainstayException;
import dev.mainstay.cluster.DatabaseClock;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.postgres.Signals;
import dev.mainstay.task.OutsideAsk;
import dev.mainstay.task.OutsideAttempts;
import dev.mainstay.task.OutsideCompletion;
import dev.mainstay.task.OutsideLease;
import dev.mainstay.task.OutsideTask;
import dev.mainstay.task.OutsideWorkers;
import dev.mainstay.telemetry.Telemetry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;

/// Works on tasks as a program in another language does, by what the HTTP face calls. Used by one
/// thread, but closed by any.
final class OutsideHand implements AutoCloseable {
    private static final int MOST = 5;
    private static final int LATE_IN = 3;
    private static final Duration LEASE = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofMillis(500);
    private static final Duration SOON = Duration.ofMillis(100);

    private final OutsideAsk ask;
    private final LedgerPen ledger;
    private final RandomGenerator random;
    private final Telemetry telemetry;
    private final Signals signals;
    private final OutsideWorkers workers;
    private final Thread thread;
    private volatile boolean isClosed;

    OutsideHand(String name, Database database, LedgerPen ledger, RandomGenerator random) {
        this.ledger = ledger;
        this.random = random;
        ask = new OutsideAsk(
                Organizations.DEFAULT,
                name,
                name,
                List.of(Kind.OUTSIDE.type()),
                List.of(),
                MOST,
                LEASE,
                OutsideAsk.DEADLINE,
                PATIENCE);
        telemetry = Telemetry.start(database);
        signals = Signals.start(database);
        workers = OutsideWorkers.start(
                database, signals, telemetry, new DatabaseClock(MonotonicClock.system(), database.now()));
        thread = Threads.startVirtual("chaos-outside", this::run);
    }

    private void run() {
        while (!isClosed) {
            try {
                for (OutsideTask task : workers.claim(ask, () -> true)) {
                    work(task);
                }
            } catch (InterruptedException e) {
                return;
            } catch (SQLException | RuntimeException e) {
                // Struck: what it held is given to somebody when its lease is over.
                Threads.pause(SOON);
            }
        }
    }

    /// Each call a task can get, in some task.
    private void work(OutsideTask task) throws SQLException {
        var lease = new OutsideLease(ask.organization(), task.id(), task.token(), task.fence());
        OutsideAttempts attempts = workers.attempts();
        ledger.write(task.id(), task.fence(), LedgerPen.START);
        int way = task.attempt() == 1 ? random.nextInt(6) : 5;
        switch (way) {
            case 0 -> attempts.fail(lease, "not yet", true, SOON);
            case 1 -> attempts.snooze(lease, SOON);
            case 2 -> attempts.release(lease);
            case 3 -> attempts.sleep(lease, 0, "nap", SOON);
            case 4 -> attempts.await(lease, 0, ChaosWork.SIGNAL, false, SOON);
            default -> complete(task, lease);
        }
    }

    private void complete(OutsideTask task, OutsideLease lease) throws SQLException {
        OutsideAttempts attempts = workers.attempts();
        if (task.steps().isEmpty()) {
            ledger.write(task.id(), task.fence(), "step-0");
            attempts.step(lease, 0, "step-0", 1);
        }
        attempts.renew(lease, LEASE);
        attempts.progress(lease, 0.5, "half", null);
        attempts.complete(OutsideCompletion.of(lease, new Receipt(task.fence())));
        ledger.write(task.id(), task.fence(), LedgerPen.END);
        if (random.nextInt(LATE_IN) == 0) {
            late(lease);
        }
    }

    /// As a program does that did not hear that its attempt has ended.
    private void late(OutsideLease lease) {
        try {
            workers.attempts().step(lease, 1, "too late", 1);
        } catch (MainstayException e) {
            // Refused, or struck.
        }
    }

    @Override
    public void close() {
        isClosed = true;
        thread.interrupt();
        Threads.join(thread, Duration.ofSeconds(10));
        workers.close();
        signals.close();
        telemetry.close();
    }
}
