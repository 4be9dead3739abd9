package dev.mainstay.cluster;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The right to do a duty: a term that only grows. Immutable.
public record DutyLease(String duty, UUID session, long term) {
    private static final String CHECK = """
            SELECT 1
            FROM duties duty
            JOIN node_sessions holder ON holder.session_id = duty.session_id
            WHERE duty.name = :duty AND duty.session_id = :session AND duty.term = :term
                AND holder.ended_at IS NULL AND holder.expires_at > clock_timestamp()
            FOR SHARE OF duty
            """;

    private static final String SHOW = """
            WITH held AS MATERIALIZED (
                SELECT duty.name
                FROM duties duty
                JOIN node_sessions holder ON holder.session_id = duty.session_id
                WHERE duty.name = :duty AND duty.session_id = :session AND duty.term = :term
                    AND holder.ended_at IS NULL AND holder.expires_at > clock_timestamp()
                FOR NO KEY UPDATE OF duty)
            UPDATE duties
            SET ran_at = clock_timestamp()
            FROM held
            WHERE duties.name = held.name
            """;

    /// Shows the others that the duty is being done, in one statement; false when this term is not held any more.
    boolean show(Handle handle) {
        return handle.createUpdate(SHOW)
                        .bind("duty", duty)
                        .bind("session", session)
                        .bind("term", term)
                        .execute()
                == 1;
    }

    /// Makes the transaction of `handle` fail unless this term is still held, and a later holder wait for its end.
    public void check(Handle handle) {
        boolean isHeld = handle.createQuery(CHECK)
                .bind("duty", duty)
                .bind("session", session)
                .bind("term", term)
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
        if (!isHeld) {
            throw new MainstayException(
                    ErrorCode.LEASE_LOST,
                    "duty " + duty + " is no longer held in term " + term + "; nothing was changed");
        }
    }
}
