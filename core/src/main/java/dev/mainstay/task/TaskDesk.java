package dev.mainstay.task;

import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.postgres.OrganizationDatabase;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// What somebody asks of an organization's tasks and queues from outside a program: through row-level
/// security, and with an event that says who asked and why. Thread-safe.
///
/// A program that embeds the engine uses [TaskQueue].
public final class TaskDesk {
    private static final String COMMANDED = "task.commanded";

    private final OrganizationDatabase database;
    private final MonotonicClock clock;
    private final TaskStore store;
    private final String actor;
    private final Runnable claimable;
    private final Runnable queuesChanged;

    TaskDesk(
            OrganizationDatabase database,
            MonotonicClock clock,
            TaskStore store,
            String actor,
            Runnable claimable,
            Runnable queuesChanged) {
        this.database = database;
        this.clock = clock;
        this.store = store;
        this.actor = actor;
        this.claimable = claimable;
        this.queuesChanged = queuesChanged;
    }

    private UUID organization() {
        return database.organization();
    }

    /// All or none, in the order given.
    public List<Enqueued> enqueueAll(List<NewTask> tasks) {
        List<Enqueued> results = store.enqueueAll(database, tasks, actor);
        claimable.run();
        return results;
    }

    /// Ends a task: at once when it does not run, otherwise it is asked to end.
    public Cancelled cancel(UUID task, String reason) {
        return BoundedWrite.of(database, handle -> {
            Cancelled was = TaskCommands.cancel(handle, organization(), task, reason);
            if (was == Cancelled.ENDED || was == Cancelled.ASKED) {
                tell(handle, "cancel", task, reason, Map.of());
            }
            return was;
        });
    }

    /// Lets a dead letter begin again with the steps it has done, and one that waits for its time go on at once.
    public Retried retry(UUID task, String reason) {
        return again(handle -> {
            Retried was = TaskCommands.retry(handle, organization(), task);
            if (was == Retried.REDRIVEN || was == Retried.SOONER) {
                tell(handle, "retry", task, reason, Map.of());
            }
            return was;
        });
    }

    /// Makes a dead letter claimable again, with its payload or another, at the end of the line of its ordering key.
    public Retried redrive(UUID task, @Nullable Object payload, String reason) {
        return again(handle -> {
            Retried was = TaskCommands.redrive(handle, organization(), task, payload);
            if (was == Retried.REDRIVEN) {
                tell(handle, "redrive", task, reason, Map.of("edited", payload != null));
            }
            return was;
        });
    }

    /// Sends a task what it waits for, or will wait for.
    public Signalled signal(UUID task, String name, @Nullable Object value) {
        return again(handle -> TaskCommands.signal(handle, organization(), task, name, value));
    }

    /// What a person decided about an approval.
    public Signalled decide(UUID task, String name, boolean isApproved, String reason) {
        return again(handle -> {
            Signalled was = TaskCommands.decide(
                    handle, organization(), task, name, new Steps.Approval(isApproved, actor, reason));
            if (was == Signalled.TAKEN || was == Signalled.KEPT) {
                tell(handle, isApproved ? "approve" : "reject", task, reason, Map.of("approval", name));
            }
            return was;
        });
    }

    /// A new task that begins behind the first `steps` steps of another one, with its payload or another; empty when
    /// there is no such task.
    public Optional<UUID> fork(UUID task, int steps, @Nullable Object payload, String reason) {
        return again(handle -> {
            Optional<UUID> fresh = TaskCommands.fork(handle, organization(), task, steps, payload);
            fresh.ifPresent(id -> tell(handle, "fork", task, reason, Map.of("fork", id.toString(), "steps", steps)));
            return fresh;
        });
    }

    private <R> R again(Function<Handle, R> command) {
        R result = BoundedWrite.of(database, command::apply);
        claimable.run();
        return result;
    }

    private void tell(Handle handle, String command, UUID task, String reason, Map<String, ?> more) {
        Map<String, Object> detail = new HashMap<>(more);
        detail.putAll(Map.of("command", command, "task", task.toString(), "actor", actor));
        TaskCommands.event(handle, organization(), COMMANDED, reason, detail);
    }

    /// Does the same to all tasks a filter means; see [TaskBulk].
    public TaskBulk bulk(TaskBulk.Command command, TaskFilter filter, String reason) {
        return new TaskBulk(database, clock, command, filter, reason, actor, claimable);
    }

    /// Nothing of the queue starts until it is resumed; what runs goes on. One that is paused already stays so for the
    /// first reason. False when there is no such queue.
    public boolean pause(String queue, String reason) {
        return changed(
                queue,
                "queue.paused",
                reason,
                Map.of(),
                handle -> QueueCommands.pause(handle, organization(), queue, reason, actor));
    }

    public boolean resume(String queue, String reason) {
        return changed(
                queue,
                "queue.resumed",
                reason,
                Map.of(),
                handle -> QueueCommands.resume(handle, organization(), queue));
    }

    /// How much of the queue may run at once and start in a period, over all nodes; false when there is no such queue.
    public boolean limit(String queue, QueueLimit limit, String reason) {
        return changed(queue, "queue.limited", reason, limit.described(), handle -> {
            boolean isThere = QueueCommands.exists(handle, organization(), queue);
            if (isThere) {
                QueueCommands.limit(handle, organization(), queue, limit);
            }
            return isThere;
        });
    }

    /// Lets at most `most` run at once, or fewer where there is a lower limit, until [#restore] of the same
    /// actor. What stood before is kept with it, over any number of such; a limit a person sets ends that.
    ///
    /// @return how many may run at once now
    public int lower(String queue, int most, String reason) {
        QueueLimit now = database.write(handle -> {
            boolean isNew = QueueCommands.lower(handle, organization(), queue, most, actor);
            QueueLimit limit = QueueCommands.limit(handle, organization(), queue);
            if (isNew) {
                tellLimit(handle, queue, limit, reason);
            }
            return limit;
        });
        queuesChanged.run();
        return now.concurrency() == null ? most : now.concurrency();
    }

    /// Puts the limit back that stood before [#lower]; false when it was another actor who lowered it last, or
    /// a person has set one since.
    public boolean restore(String queue, String reason) {
        boolean isBack = database.write(handle -> {
            boolean isOurs = QueueCommands.restore(handle, organization(), queue, actor);
            if (isOurs) {
                tellLimit(handle, queue, QueueCommands.limit(handle, organization(), queue), reason);
            }
            return isOurs;
        });
        queuesChanged.run();
        return isBack;
    }

    /// The same for all queues of the organization together.
    public void limitAll(QueueLimit limit, String reason) {
        database.write(handle -> {
            QueueCommands.limit(handle, organization(), QueueLimit.ALL_QUEUES, limit);
            tellLimit(handle, QueueLimit.ALL_QUEUES, limit, reason);
            return true;
        });
        queuesChanged.run();
    }

    private void tellLimit(Handle handle, String queue, QueueLimit limit, String reason) {
        Map<String, Object> detail = new HashMap<>(limit.described());
        detail.putAll(Map.of("queue", queue, "actor", actor));
        TaskCommands.event(handle, organization(), "queue.limited", reason, detail);
    }

    private boolean changed(
            String queue, String type, String reason, Map<String, ?> more, Function<Handle, Boolean> change) {
        boolean isThere = database.write(handle -> {
            boolean isChanged = change.apply(handle);
            if (isChanged) {
                Map<String, Object> detail = new HashMap<>(more);
                detail.putAll(Map.of("queue", queue, "actor", actor));
                TaskCommands.event(handle, organization(), type, reason, detail);
            }
            return isChanged || QueueCommands.exists(handle, organization(), queue);
        });
        queuesChanged.run();
        return isThere;
    }
}
