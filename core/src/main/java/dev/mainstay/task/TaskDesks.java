package dev.mainstay.task;

import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.postgres.Database;
import java.time.InstantSource;
import java.util.UUID;

/// Gives each request the desk of its organization. Thread-safe.
public final class TaskDesks {
    private final Database database;
    private final TaskStore store;
    private final Runnable claimable;
    private final Runnable queuesChanged;

    /// @param clock the database's time
    /// @param claimable tells this node and the others that something may be claimable
    /// @param queuesChanged tells them that a queue was paused, resumed or limited
    public TaskDesks(Database database, InstantSource clock, Runnable claimable, Runnable queuesChanged) {
        this.database = database;
        this.store = new TaskStore(database, clock);
        this.claimable = claimable;
        this.queuesChanged = queuesChanged;
    }

    /// The desk of one organization.
    ///
    /// @param actor who asks; kept in what is written
    public TaskDesk of(UUID organization, String actor) {
        return new TaskDesk(
                database.api(organization), MonotonicClock.system(), store, actor, claimable, queuesChanged);
    }
}
