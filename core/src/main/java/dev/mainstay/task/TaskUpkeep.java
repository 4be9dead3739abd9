package dev.mainstay.task;

import dev.mainstay.postgres.Database;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What must be done for tasks again and again, by one node for all: freeing what the dead held, making claimable whose
/// time has come, ending what waited too long. Each is a guarded step in the database, so that doing it twice is no
/// harm. Thread-safe.
public final class TaskUpkeep {
    /// SQL that tells whether a round has anything to do. The time is the statement's: an index cannot be asked for
    /// what
    /// is before a clock that goes on.
    public static final String DUE = """
            EXISTS (
                SELECT FROM task_claims claim
                LEFT JOIN node_sessions session ON session.session_id = claim.session_id
                WHERE session.ended_at IS NOT NULL OR claim.expires_at <= now()
                    OR (claim.session_id IS NOT NULL AND session.session_id IS NULL))
            OR EXISTS (SELECT FROM task_claims WHERE deadline_at <= now())
            OR EXISTS (SELECT FROM task_delayed WHERE run_at <= now())
            OR EXISTS (SELECT FROM task_waits WHERE deadline_at <= now())
            OR EXISTS (SELECT FROM task_expiries WHERE expires_at <= now())
            OR EXISTS (
                SELECT FROM task_cancels asked
                JOIN tasks task ON task.organization_id = asked.organization_id AND task.id = asked.task_id
                WHERE task.state <> 'open')
            """;

    private static final Logger LOG = LoggerFactory.getLogger(TaskUpkeep.class);

    private final Database database;
    private final Runnable claimable;
    private final OutsideDeadlines deadlines;

    /// @param claimable called when something became claimable
    public TaskUpkeep(Database database, Runnable claimable) {
        this.database = database;
        this.claimable = claimable;
        this.deadlines = new OutsideDeadlines(database);
    }

    public void round() {
        long overdue = deadlines.round();
        if (overdue > 0) {
            LOG.atWarn().log("{} attempts of workers outside did not end within their deadlines", overdue);
        }
        boolean isRescue = rescue();
        boolean isPromotion = promote();
        if (isRescue || isPromotion) {
            claimable.run();
        }
        long late = database.control(handle -> handle.createQuery("SELECT tasks_wait_no_longer()")
                .mapTo(Long.class)
                .one());
        if (late > 0) {
            claimable.run();
        }
        long expired = database.control(handle ->
                handle.createQuery("SELECT tasks_expire()").mapTo(Long.class).one());
        if (expired > 0) {
            LOG.atInfo().log("{} tasks expired before they started", expired);
        }
    }

    private record Rescue(long freed, long died) {}

    private boolean rescue() {
        Rescue rescue = database.control(handle -> handle.createQuery("SELECT freed, died FROM tasks_rescue()")
                .map((row, context) -> new Rescue(row.getLong(1), row.getLong(2)))
                .one());
        if (rescue.freed() + rescue.died() > 0) {
            LOG.atWarn()
                    .log(
                            "{} tasks freed from workers that are gone, {} of them dead letters after three crashes",
                            rescue.freed() + rescue.died(),
                            rescue.died());
        }
        return rescue.freed() > 0;
    }

    private boolean promote() {
        return database.control(TaskUpkeep::promote) > 0;
    }

    private static long promote(Handle handle) {
        return handle.createQuery("SELECT promoted FROM tasks_promote()")
                .mapTo(Long.class)
                .one();
    }
}
