package dev.mainstay.task;

import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.OldRows;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What must be done for tasks again and again, by one node for all: freeing what the dead held, making claimable whose
/// time has come, ending what waited too long. Each is a guarded step in the database, so that doing it twice is no
/// harm. Thread-safe.
public final class TaskUpkeep {
    /// SQL that tells whether a round has anything to do. The time is the statement's: an index cannot
    /// be asked for what is before a clock that goes on.
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

    private static final List<String> OLD = List.of("""
            DELETE FROM task_keys
            WHERE ended AND held_until < now() AND (organization_id, type, unique_key) IN (
                SELECT organization_id, type, unique_key
                FROM task_keys
                WHERE ended AND held_until < now() - least(make_interval(secs => :kept), interval '1 hour')
                LIMIT :batch)
            """, """
            DELETE FROM task_signals
            WHERE (organization_id, task_id, seq) IN (
                SELECT organization_id, task_id, seq
                FROM task_signals sent
                WHERE sent_at < now() - least(make_interval(secs => :kept), interval '1 hour') AND NOT EXISTS (
                    SELECT FROM tasks task
                    WHERE task.organization_id = sent.organization_id AND task.id = sent.task_id
                        AND task.state = 'open')
                LIMIT :batch)
            """, """
            DELETE FROM dead_letters
            WHERE (organization_id, task_id) IN (
                SELECT organization_id, task_id
                FROM dead_letters dead
                WHERE died_at < now() - make_interval(secs => :kept) AND NOT EXISTS (
                    SELECT FROM tasks task
                    WHERE task.organization_id = dead.organization_id AND task.id = dead.task_id)
                LIMIT :batch)
            """);

    private static final int MOST_BATCHES = 20;

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

    /// Each step is tried, whatever became of those before it: what one task's end fails on must keep no other waiting.
    public void round() {
        List<Runnable> steps = List.of(this::endOverdue, this::rescue, this::promote, this::endWaits, this::expire);
        RuntimeException failure = null;
        for (Runnable step : steps) {
            try {
                step.run();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void endOverdue() {
        long overdue = deadlines.round();
        if (overdue > 0) {
            LOG.atWarn().log("{} attempts of workers outside did not end within their deadlines", overdue);
        }
    }

    private record Rescue(long freed, long died) {}

    private void rescue() {
        Rescue rescue = database.control(handle -> handle.createQuery("SELECT freed, died FROM tasks_rescue()")
                .map((row, context) -> new Rescue(row.getLong(1), row.getLong(2)))
                .one());
        if (rescue.freed() + rescue.died() > 0) {
            LOG.atWarn()
                    .log(
                            "{} tasks freed from workers that are gone, {} of them dead letters after three crashes",
                            rescue.freed() + rescue.died(),
                            rescue.died());
            claimable.run();
        }
    }

    private void promote() {
        repeat("SELECT promoted FROM tasks_promote()", claimable);
    }

    private void endWaits() {
        repeat("SELECT tasks_wait_no_longer()", claimable);
    }

    private void expire() {
        long expired = repeat("SELECT tasks_expire()", () -> {});
        if (expired > 0) {
            LOG.atInfo().log("{} tasks expired before they started", expired);
        }
    }

    /// Again while there was something to do, so that many whose time comes at once need not wait for
    /// round after round.
    private long repeat(String step, Runnable done) {
        long all = 0;
        long some = 1;
        for (int batches = 0; some > 0 && batches < MOST_BATCHES; batches++) {
            some = database.control(
                    handle -> handle.createQuery(step).mapTo(Long.class).one());
            all += some;
            if (some > 0) {
                done.run();
            }
        }
        return all;
    }

    /// Deletes what was kept of tasks beside them and is of no use any more: keys whose time is over, signals to tasks
    /// that have ended, dead letters whose task was dropped.
    ///
    /// @param kept how long tasks are
    /// @param check fails in a transaction of one who leads no longer
    public void forget(Duration kept, Consumer<Handle> check) {
        OldRows.delete(database, OLD, kept, check);
    }
}
