package dev.mainstay.recovery;

import dev.mainstay.task.NewTask;
import dev.mainstay.task.TaskQueue;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

/// One transaction in which an episode is led on by a step. Used by one thread.
///
/// @param tasks of an organization, where actions are enqueued
/// @param full where as many are treated as may be, as far as was seen in this round
record Turn(Handle handle, Function<UUID, TaskQueue> tasks, Instant now, Set<Room> full) {
    /// The agents of an organization, or its queues, of which so many may be treated at one time.
    record Room(UUID organization, boolean isOfQueues) {
        static Room of(Patient patient) {
            return new Room(patient.organization(), patient.agent().isEmpty());
        }
    }

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
