package dev.mainstay.task;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Sessions, tasks and claims of type `work`, as nodes would make them, one step at a time. Used by one thread.
final class TaskStage implements AutoCloseable {
    private static final LaneStore.Queue QUEUE = new LaneStore.Queue(Organizations.DEFAULT, "work");

    private final TestDatabase test = TestDatabase.create();
    private final TaskStore store = new TaskStore(test.database(), test.database()::now);
    private final ClaimStore claims = new ClaimStore(test.database(), "worker");
    private final CompletionStore completions = new CompletionStore(test.database(), "worker");

    TestDatabase test() {
        return test;
    }

    CompletionStore completions() {
        return completions;
    }

    UUID session() {
        UUID session = UUID.randomUUID();
        execute("INSERT INTO node_sessions (session_id, node_id, expires_at) VALUES ('" + session + "', '" + session
                + "', clock_timestamp() + interval '1 hour')");
        return session;
    }

    void end(UUID session, String cause) {
        execute("UPDATE node_sessions SET ended_at = clock_timestamp(), end_cause = '" + cause
                + "' WHERE session_id = '" + session + "'");
    }

    void execute(String sql) {
        test.database().write(handle -> handle.execute(sql));
    }

    UUID enqueue(String text) {
        return test.database()
                .write((Handle handle) ->
                        store.insert(handle, Organizations.DEFAULT, List.of(NewTask.of("work", text))))
                .getFirst();
    }

    UUID enqueue(NewTask task) {
        return store.enqueueAll(Organizations.DEFAULT, List.of(task)).getFirst().id();
    }

    /// The one task that can be claimed.
    ClaimedTask claim(UUID session) {
        int lane = store.lane(Organizations.DEFAULT, "work", "work");
        return claims.claim(session, List.of(new Want(QUEUE, lane, 4, 0, 1), new Want(QUEUE, lane, 5, 0, 1)), 1)
                .getFirst();
    }

    Ending completed(ClaimedTask task) {
        return new Ending(
                task, Ending.COMPLETED, "1", Duration.ZERO, test.database().now());
    }

    boolean complete(UUID session, ClaimedTask task) {
        return completions
                .end(session, List.of(completed(task)), List.of(task.claim()))
                .refused()
                .isEmpty();
    }

    /// Ends the attempt by anything but success.
    void end(UUID session, ClaimedTask task, String outcome, String why, Duration again) {
        Ending ending = new Ending(task, outcome, why, again, test.database().now());
        completions.end(session, List.of(ending), List.of(task.claim()));
    }

    String column(UUID task, String column) {
        return value("SELECT " + column + "::text FROM tasks WHERE id = '" + task + "'");
    }

    String value(String sql) {
        return test.database()
                .read(handle -> handle.createQuery(sql).mapTo(String.class).one());
    }

    @Override
    public void close() {
        test.close();
    }
}
