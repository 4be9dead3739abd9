package dev.mainstay.task;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/// What a handler may know and do about the task it runs. Thread-safe.
public interface TaskContext extends Steps {
    UUID id();

    UUID organization();

    String type();

    /// The number of this attempt, 1 at first: how often the task was given to a worker, over failures, snoozes, waits,
    /// crashes and redrives.
    long attempt();

    /// How many attempts before this one have failed, since it was enqueued or redriven; the retry policy counts these.
    int failures();

    /// The number of this attempt. Hand it to what lies outside, so that it can refuse a writer that was taken for dead
    /// and is not.
    default long fence() {
        return attempt();
    }

    Instant deadline();

    /// The database's time.
    InstantSource clock();

    Logger log();

    /// Whether a person asked to cancel, the deadline passed, or this node can no longer prove that it holds the lease:
    /// whatever is done from now on will not count. The thread is interrupted soon after.
    boolean isCancelled();

    /// How far it is, from 0 to 1; shown with an estimate of when it will be done. Stored about once a second.
    void progress(double fraction, @Nullable String message);

    /// Ends the task with `result` in the transaction of `connection`, a connection to Mainstay's database: what the
    /// handler wrote there commits with it or not at all. The handler commits and returns; what
    /// it returns is then ignored.
    ///
    /// @throws dev.mainstay.MainstayException with `LEASE_LOST` when another attempt may run by now; roll back
    void complete(Connection connection, @Nullable Object result) throws SQLException;
}
