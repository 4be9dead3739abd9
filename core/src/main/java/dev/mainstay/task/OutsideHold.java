package dev.mainstay.task;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.postgres.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/// What a worker outside holds by a lease, locked against a rescue until the transaction ends. Immutable.
///
/// @param now the time of the database
/// @param failures how often the task failed before
/// @param cancelReason why a person wants it ended; null when nobody does
record OutsideHold(
        OutsideLease lease,
        String queue,
        String type,
        Instant claimedAt,
        Instant now,
        int failures,
        @Nullable Integer maxAttempts,
        @Nullable String cancelReason) {
    private static final String HELD = """
            SELECT lane.queue, lane.type, claim.claimed_at, clock_timestamp() AS now, task.attempts, task.max_attempts,
                task.cancel_reason
            FROM task_claims claim
            JOIN tasks task ON task.organization_id = claim.organization_id AND task.id = :task
                AND task.state = 'open' AND task.fence = :fence - 1
            JOIN task_lanes lane ON lane.organization_id = task.organization_id AND lane.lane_id = task.lane_id
            WHERE claim.organization_id = :organization AND claim.lease_token = :token
                AND claim.expires_at > clock_timestamp() AND claim.task_ids @> ARRAY[:task]
            FOR KEY SHARE OF claim
            """;

    /// Empty when the lease is over, another's, or of another attempt.
    static Optional<OutsideHold> find(Handle handle, OutsideLease lease) {
        return bind(handle.createQuery(HELD), lease)
                .map((row, context) -> hold(row, lease))
                .findOne();
    }

    /// Throws with `LEASE_LOST` instead.
    static OutsideHold of(Handle handle, OutsideLease lease) {
        return find(handle, lease).orElseThrow(() -> lost(lease));
    }

    private static OutsideHold hold(ResultSet row, OutsideLease lease) throws SQLException {
        int most = row.getInt("max_attempts");
        return new OutsideHold(
                lease,
                row.getString("queue"),
                row.getString("type"),
                Columns.instant(row, "claimed_at"),
                Columns.instant(row, "now"),
                row.getInt("attempts"),
                most == 0 ? null : most,
                row.getString("cancel_reason"));
    }

    static <S extends SqlStatement<S>> S bind(S statement, OutsideLease lease) {
        return statement
                .bind("organization", lease.organization())
                .bind("token", lease.token())
                .bind("task", lease.task())
                .bind("fence", lease.fence());
    }

    <S extends SqlStatement<S>> S bind(S statement) {
        return bind(statement, lease).bind("started", claimedAt.atOffset(ZoneOffset.UTC));
    }

    /// A call of ours about the task, refused by the database although the lease was held a moment ago.
    void require(boolean isAccepted) {
        if (!isAccepted) {
            throw lost(lease);
        }
    }

    Duration took() {
        return Duration.between(claimedAt, now);
    }

    static MainstayException lost(OutsideLease lease) {
        return new MainstayException(
                ErrorCode.LEASE_LOST,
                "task " + lease.task() + " is not held by this lease and fence (any more); nothing was changed");
    }
}
