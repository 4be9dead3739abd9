package dev.mainstay.task;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.StorableText;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Keeps the leases of workers outside; each method is part of its caller's transaction. Stateless and thread-safe.
final class OutsideRenewals {
    /// Never shortened, because the other tasks of the claim count on it too.
    private static final String RENEW = """
            UPDATE task_claims
            SET expires_at = greatest(expires_at, clock_timestamp() + make_interval(secs => :seconds))
            WHERE organization_id = :organization AND lease_token = :token
            RETURNING expires_at
            """;

    private static final String UNTIL = """
            SELECT expires_at
            FROM task_claims
            WHERE organization_id = :organization AND lease_token = :token
            """;

    private static final String CANCELS = """
            SELECT task.id, task.cancel_reason
            FROM task_claims claim
            CROSS JOIN unnest(claim.task_ids) AS held (id)
            JOIN tasks task ON task.organization_id = claim.organization_id AND task.id = held.id
                AND task.state = 'open' AND task.cancel_reason IS NOT NULL
            WHERE claim.organization_id = :organization AND claim.lease_token = :token
            """;

    /// Of a task that somebody's transaction holds it is told the next time: the lease must not be lost meanwhile.
    private static final String PROGRESS = """
            UPDATE tasks
            SET progress = :fraction, progress_message = :message
            FROM (
                SELECT organization_id, id FROM tasks
                WHERE organization_id = :organization AND id = :task AND state = 'open' AND fence = :fence - 1
                FOR NO KEY UPDATE SKIP LOCKED) AS told
            WHERE tasks.organization_id = told.organization_id AND tasks.id = told.id
            """;

    private static final int LONGEST_MESSAGE = 4_000;

    OutsideRenewal renew(Handle handle, OutsideHold held, @Nullable Duration lease) {
        Instant until = handle.createQuery(lease == null ? UNTIL : RENEW)
                .bind("organization", held.lease().organization())
                .bind("token", held.lease().token())
                .bind("seconds", lease == null ? 0 : Columns.seconds(lease))
                .map((row, context) -> Columns.instant(row, "expires_at"))
                .one();
        List<OutsideRenewal.Cancel> cancels = handle.createQuery(CANCELS)
                .bind("organization", held.lease().organization())
                .bind("token", held.lease().token())
                .map((row, context) ->
                        new OutsideRenewal.Cancel(Columns.uuid(row, "id"), row.getString("cancel_reason")))
                .list();
        return new OutsideRenewal(until, cancels);
    }

    void progress(Handle handle, OutsideHold held, double fraction, @Nullable String message) {
        held.bind(handle.createUpdate(PROGRESS))
                .bind("fraction", fraction)
                .bind("message", message == null ? null : StorableText.of(message, LONGEST_MESSAGE))
                .execute();
    }
}
