package dev.mainstay.recovery;

import dev.mainstay.task.NewTask;
import dev.mainstay.task.TaskQueue;
import java.sql.SQLException;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

/// One transaction in which an episode is led on by a step. Used by one thread.
///
/// @param tasks of an organization, where actions are enqueued
record Turn(Handle handle, Function<UUID, TaskQueue> tasks, Instant now) {
    UUID enqueue(UUID organization, NewTask task) {
        try {
            return tasks.apply(organization)
                    .enqueue(handle.getConnection(), task)
                    .id();
        } catch (SQLException e) {
            throw new UnableToExecuteStatementException(e, null);
        }
    }
}
