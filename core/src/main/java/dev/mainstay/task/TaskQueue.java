package dev.mainstay.task;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.postgres.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// Where an organization's tasks are enqueued and commanded. Thread-safe.
///
/// What was enqueued will run or end in a state that can be seen: completed, dead, cancelled or expired.
public final class TaskQueue {
    private final Database database;
    private final UUID organization;
    private final TaskStore store;
    private final TaskHost host;
    private final Runnable enqueued;

    /// @param enqueued tells the other nodes that something may be claimable
    public TaskQueue(Database database, UUID organization, InstantSource clock, TaskHost host, Runnable enqueued) {
        this.database = database;
        this.organization = organization;
        this.store = new TaskStore(database, clock);
        this.host = host;
        this.enqueued = enqueued;
    }

    /// In a transaction of its own: durable when this returns.
    public Enqueued enqueue(NewTask task) {
        Enqueued result = task.isPlain()
                ? new Enqueued(
                        database.write(handle -> store.insert(handle, organization, List.of(task)))
                                .getFirst(),
                        true)
                : words(() -> database.write(handle -> store.enqueue(handle, organization, task)));
        tell(List.of(task));
        return result;
    }

    /// All or none, in one transaction; much faster than one by one.
    public List<Enqueued> enqueueAll(List<NewTask> tasks) {
        List<Enqueued> results = tasks.stream().allMatch(NewTask::isPlain)
                ? database.write(handle -> store.insert(handle, organization, tasks)).stream()
                        .map(id -> new Enqueued(id, true))
                        .toList()
                : words(() -> database.write(handle -> {
                    List<Enqueued> each = new ArrayList<>(tasks.size());
                    tasks.forEach(task -> each.add(store.enqueue(handle, organization, task)));
                    return each;
                }));
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

    private static <R> R words(java.util.function.Supplier<R> work) {
        try {
            return work.get();
        } catch (org.jdbi.v3.core.JdbiException e) {
            throw linked(e);
        }
    }

    private static RuntimeException linked(org.jdbi.v3.core.JdbiException failure) {
        return failure.getCause() instanceof SQLException sql && "MS010".equals(sql.getSQLState())
                ? new MainstayException(ErrorCode.TASK_LINK, String.valueOf(sql.getMessage()), failure)
                : failure;
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
        host.hintAll();
        enqueued.run();
        return isAgain;
    }
}
