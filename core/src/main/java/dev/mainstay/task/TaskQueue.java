package dev.mainstay.task;

import dev.mainstay.postgres.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.HandleCallback;
import org.jspecify.annotations.Nullable;

/// Where an organization's tasks are enqueued and commanded. Thread-safe.
///
/// What was enqueued will run or end in a state that can be seen: completed, dead, cancelled or expired.
public final class TaskQueue {
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

    /// Durable when this returns, by itself: a task that cannot be stored spoils no other.
    public Enqueued enqueue(NewTask task) {
        if (task.isPlain()) {
            int lane = store.lane(organization, task.queue(), task.type());
            UUID stored = host.enqueue(organization, lane, task);
            if (stored != null) {
                return new Enqueued(stored, true);
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
        Enqueued result = store.enqueue(connection, organization, List.of(task)).getFirst();
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
    ///
    /// This and the commands below throw with `TASK_BUSY`, and change nothing, where somebody's open transaction
    /// holds the task for half a second.
    public Cancelled cancel(UUID task, String reason) {
        return BoundedWrite.of(database, handle -> TaskCommands.cancel(handle, organization, task, reason));
    }

    /// Makes a dead letter claimable again, at the end of the line of its ordering key.
    public Retried redrive(UUID task) {
        return again(handle -> TaskCommands.redrive(handle, organization, task, null));
    }

    /// Sends a task what it waits for, or will wait for; `value` is kept as JSON.
    public Signalled signal(UUID task, String name, Object value) {
        return again(handle -> TaskCommands.signal(handle, organization, task, name, value));
    }

    /// A person's decision a task waits for.
    public Signalled decide(UUID task, String name, Steps.Approval decision) {
        return again(handle -> TaskCommands.decide(handle, organization, task, name, decision));
    }

    /// A new task that begins behind the first `steps` steps of another one, with its payload or another; empty when
    /// there is no such task.
    public Optional<UUID> fork(UUID task, int steps, @Nullable Object payload) {
        return again(handle -> TaskCommands.fork(handle, organization, task, steps, payload));
    }

    private <R> R again(HandleCallback<R, RuntimeException> command) {
        R result = BoundedWrite.of(database, command);
        host.hintAll();
        enqueued.run();
        return result;
    }

    /// Nothing of the queue starts until it is resumed; what runs goes on. One that is paused already stays so for the
    /// first reason. False when there is no such queue.
    public boolean pause(String queue, String reason) {
        return changed(
                queue,
                "queue.paused",
                reason,
                handle -> QueueCommands.pause(handle, organization, queue, reason, null));
    }

    public boolean resume(String queue, String reason) {
        return changed(queue, "queue.resumed", reason, handle -> QueueCommands.resume(handle, organization, queue));
    }

    private boolean changed(
            String queue, String type, String reason, HandleCallback<Boolean, RuntimeException> change) {
        boolean isThere = database.write(handle -> {
            boolean isChanged = change.withHandle(handle);
            if (isChanged) {
                TaskCommands.event(handle, organization, type, reason, Map.of("queue", queue));
            }
            return isChanged || QueueCommands.exists(handle, organization, queue);
        });
        queuesChanged.run();
        return isThere;
    }

    /// How many tasks of the queue may run at once and how many may start in a period, over all nodes;
    /// null for no limit. Queue "" stands for all queues of the organization together.
    public void limit(String queue, QueueLimit limit) {
        database.write(handle -> QueueCommands.limit(handle, organization, queue, limit));
        queuesChanged.run();
    }
}
