package dev.mainstay.task;

import dev.mainstay.postgres.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Where an organization's tasks are enqueued and commanded. Thread-safe.
///
/// What was enqueued will run or end in a state that can be seen: completed, dead, cancelled or expired.
public final class TaskQueue {
    private static final String PAUSE = """
            WITH changed AS (
                UPDATE queues
                SET paused = :paused
                WHERE organization_id = :organization AND name = :queue
                RETURNING organization_id, name)
            INSERT INTO system_events (organization_id, type, severity, cause, detail)
            SELECT organization_id, :type, 'info', :reason, jsonb_build_object('queue', name)
            FROM changed
            """;

    private static final String LIMIT = """
            INSERT INTO task_limits (organization_id, queue, concurrency, rate, rate_seconds)
            VALUES (:organization, :queue, :concurrency, :rate, :seconds)
            ON CONFLICT (organization_id, queue) DO UPDATE
            SET concurrency = excluded.concurrency, rate = excluded.rate, rate_seconds = excluded.rate_seconds
            """;

    private final Database database;
    private final UUID organization;
    private final TaskStore store;
    private final TaskHost host;
    private final Runnable enqueued;
    private final Runnable queuesChanged;

    /// The queue of `organization` on this node.
    ///
    /// @param enqueued tells the other nodes that something may be claimable
    /// @param queuesChanged tells all nodes that a queue was paused, resumed or limited
    public TaskQueue(Database database, UUID organization, TaskHost host, Runnable enqueued, Runnable queuesChanged) {
        this.database = database;
        this.organization = organization;
        this.store = host.store();
        this.host = host;
        this.enqueued = enqueued;
        this.queuesChanged = queuesChanged;
    }

    /// The same for the tasks of another organization.
    public TaskQueue of(UUID other) {
        return new TaskQueue(database, other, host, enqueued, queuesChanged);
    }

    /// In a transaction of its own: durable when this returns.
    public Enqueued enqueue(NewTask task) {
        if (task.isPlain()) {
            int lane = store.lane(organization, task.queue(), task.type());
            UUID here = host.enqueueHere(organization, lane, task);
            if (here != null) {
                return new Enqueued(here, true);
            }
        }
        return enqueueAll(List.of(task)).getFirst();
    }

    /// All or none, in one transaction; much faster than one by one.
    public List<Enqueued> enqueueAll(List<NewTask> tasks) {
        List<Enqueued> results = store.enqueueAll(organization, tasks);
        tell(tasks);
        return results;
    }

    /// In the caller's transaction, on a connection to Mainstay's database: rolled back, it never was. The connection's
    /// user must be one who may enqueue (a member of Mainstay's engine role).
    public Enqueued enqueue(Connection connection, NewTask task) throws SQLException {
        Enqueued result = store.enqueue(connection, organization, task);
        host.expect();
        return result;
    }

    private void tell(List<NewTask> tasks) {
        for (NewTask task : tasks) {
            host.hint(store.lane(organization, task.queue(), task.type()), task.priority());
        }
        enqueued.run();
    }

    /// Ends a task: at once when it does not run, otherwise it is asked to end.
    public Cancelled cancel(UUID task, String reason) {
        String was = database.write(handle -> handle.createQuery("SELECT task_cancel(:organization, :task, :reason)")
                .bind("organization", organization)
                .bind("task", task)
                .bind("reason", reason)
                .mapTo(String.class)
                .findOne()
                .orElse("unknown"));
        return Cancelled.of(was);
    }

    /// Makes a dead letter claimable again; false when it is none.
    public boolean redrive(UUID task) {
        boolean isAgain = database.write(handle -> handle.createQuery("SELECT task_redrive(:organization, :task)")
                .bind("organization", organization)
                .bind("task", task)
                .mapTo(Boolean.class)
                .one());
        tellAll();
        return isAgain;
    }

    /// Sends a task what it waits for, or will wait for; `value` is kept as JSON.
    public Signalled signal(UUID task, String name, Object value) {
        String was = database.write(
                handle -> handle.createQuery("SELECT task_signal(:organization, :task, :name, :value::jsonb)")
                        .bind("organization", organization)
                        .bind("task", task)
                        .bind("name", name)
                        .bind("value", Payload.text("signal", value))
                        .mapTo(String.class)
                        .findOne()
                        .orElse("unknown"));
        tellAll();
        return Signalled.of(was);
    }

    /// A person's decision a task waits for.
    public Signalled decide(UUID task, String name, Steps.Approval decision) {
        return signal(task, name, decision);
    }

    /// A new task that begins behind the first `steps` steps of another one, with its payload or another; empty when
    /// there is no such task.
    public Optional<UUID> fork(UUID task, int steps, @Nullable Object payload) {
        Optional<UUID> fresh = database.write(
                handle -> handle.createQuery("SELECT task_fork(:organization, :task, :steps, :payload::jsonb)")
                        .bind("organization", organization)
                        .bind("task", task)
                        .bind("steps", steps)
                        .bind("payload", Payload.nullableText("payload", payload))
                        .mapTo(UUID.class)
                        .findOne());
        tellAll();
        return fresh;
    }

    private void tellAll() {
        host.hintAll();
        enqueued.run();
    }

    /// Nothing of the queue starts until it is resumed; what runs goes on. False when there is no such queue.
    public boolean pause(String queue, String reason) {
        return setPaused(queue, true, reason);
    }

    public boolean resume(String queue, String reason) {
        return setPaused(queue, false, reason);
    }

    private boolean setPaused(String queue, boolean paused, String reason) {
        int changed = database.write(handle -> handle.createUpdate(PAUSE)
                .bind("organization", organization)
                .bind("queue", queue)
                .bind("paused", paused)
                .bind("type", paused ? "queue.paused" : "queue.resumed")
                .bind("reason", reason)
                .execute());
        queuesChanged.run();
        return changed == 1;
    }

    /// How many tasks of the queue may run at once and how many may start in a period, over all nodes; null for no
    /// limit.
    /// Queue "" stands for all queues of the organization together.
    public void limit(String queue, QueueLimit limit) {
        database.write(handle -> handle.createUpdate(LIMIT)
                .bind("organization", organization)
                .bind("queue", queue)
                .bind("concurrency", limit.concurrency())
                .bind("rate", limit.rate())
                .bind("seconds", limit.period().toNanos() / 1e9)
                .execute());
        queuesChanged.run();
    }
}
