package dev.mainstay.task;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Database;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;

/// Ends attempts of workers outside that run longer than they may: a worker that hangs may renew for ever. Such an
/// attempt has failed, and whatever its worker says afterwards comes too late. Thread-safe.
final class OutsideDeadlines {
    private static final String OVERDUE = """
            SELECT claim.organization_id, claim.lease_token, task.id, task.fence + 1 AS fence
            FROM task_claims claim
            CROSS JOIN unnest(claim.task_ids) AS held (id)
            JOIN tasks task ON task.organization_id = claim.organization_id AND task.id = held.id
                AND task.state = 'open'
            WHERE claim.deadline_at <= now() AND claim.expires_at > clock_timestamp()
            ORDER BY claim.deadline_at
            LIMIT 100
            """;

    private final Database database;
    private final OutsideEndings endings = new OutsideEndings(RandomGenerator.getDefault());

    OutsideDeadlines(Database database) {
        this.database = database;
    }

    /// How many it ended, each for itself. What somebody's transaction holds is ended the next time, and what ended by
    /// itself meanwhile is left alone.
    long round() {
        List<OutsideLease> overdue = database.control(handle -> handle.createQuery(OVERDUE)
                .map((row, context) -> new OutsideLease(
                        Columns.uuid(row, "organization_id"),
                        Columns.uuid(row, "id"),
                        Columns.uuid(row, "lease_token"),
                        row.getLong("fence")))
                .list());
        return overdue.stream().filter(this::ends).count();
    }

    private boolean ends(OutsideLease lease) {
        try {
            return database.tryWrite(handle -> ends(handle, lease));
        } catch (MainstayException e) {
            if (e.code() == ErrorCode.LEASE_LOST) {
                return false;
            }
            throw e;
        } catch (RuntimeException e) {
            if (Database.isConflict(e)) {
                return false;
            }
            throw e;
        }
    }

    private boolean ends(Handle handle, OutsideLease lease) {
        handle.execute("SET LOCAL lock_timeout = '100ms'");
        return OutsideHold.find(handle, lease)
                .map(held -> endings.timeOut(handle, held))
                .isPresent();
    }
}
