package dev.mainstay.task;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.postgres.Signals;
import dev.mainstay.telemetry.Telemetry;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/// Workers outside over a database of their own, in which nothing happens by itself.
final class OutsideFixture implements AutoCloseable {
    static final UUID MINE = Organizations.DEFAULT;
    static final Duration LEASE = Duration.ofMinutes(1);

    final TestDatabase test = TestDatabase.create();
    final Signals signals = Signals.start(test.database());
    final Telemetry telemetry = Telemetry.start(test.database());
    final OutsideWorkers workers = OutsideWorkers.start(test.database(), signals, telemetry, test.database()::now);
    final OutsideAttempts attempts = workers.attempts();
    final TaskUpkeep upkeep = new TaskUpkeep(test.database(), () -> signals.notify(TaskTopics.CLAIMABLE));
    private final TaskStore store = new TaskStore(test.database(), test.database()::now);

    UUID enqueue(NewTask task) {
        return store.enqueueAll(MINE, List.of(task)).getFirst().id();
    }

    UUID enqueue(String type) {
        return enqueue(NewTask.of(type, "payload"));
    }

    static OutsideAsk ask(String type, int most, Duration patience) {
        return new OutsideAsk(
                MINE, "key", "worker", List.of(type), List.of(), most, LEASE, OutsideAsk.DEADLINE, patience);
    }

    List<OutsideTask> claim(OutsideAsk ask) {
        try {
            return workers.claim(ask, () -> true);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    List<OutsideTask> claim(String type, int most) {
        return claim(ask(type, most, Duration.ZERO));
    }

    OutsideTask claim(String type) {
        return claim(type, 1).getFirst();
    }

    static OutsideLease lease(OutsideTask task) {
        return OutsideLease.of(MINE, task);
    }

    OutsideEnd complete(OutsideTask task, Object result) {
        return attempts.complete(OutsideCompletion.of(lease(task), result));
    }

    int execute(String sql) {
        return test.database().write(handle -> handle.execute(sql));
    }

    /// The time of its lease is over, and nobody has noticed yet.
    void expire(OutsideTask task) {
        execute("UPDATE task_claims SET expires_at = clock_timestamp() - interval '1 millisecond' WHERE lease_token = '"
                + task.token() + "'");
    }

    /// Its worker is gone, and that was noticed.
    void lose(OutsideTask task) {
        expire(task);
        upkeep.round();
    }

    String value(String sql) {
        return test.database()
                .read(handle ->
                        handle.createQuery(sql).mapTo(String.class).findOne().orElse("none"));
    }

    String column(UUID task, String column) {
        return value("SELECT " + column + "::text FROM tasks WHERE id = '" + task + "'");
    }

    List<String> outcomes(UUID task) {
        return test.database()
                .read(handle -> handle.createQuery(
                                "SELECT outcome FROM task_attempts WHERE task_id = :id ORDER BY fence")
                        .bind("id", task)
                        .mapTo(String.class)
                        .list());
    }

    String claims() {
        return value("SELECT count(*)::text FROM task_claims");
    }

    @Override
    public void close() {
        workers.close();
        telemetry.close();
        signals.close();
        test.close();
    }
}
