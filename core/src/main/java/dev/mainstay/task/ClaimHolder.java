package dev.mainstay.task;

import dev.mainstay.postgres.Columns;
import java.time.Duration;
import java.util.UUID;
import org.jdbi.v3.core.statement.Query;

/// Who holds what is claimed, and how long. Immutable.
sealed interface ClaimHolder {
    Query bind(Query claim);

    /// A node, as long as its session lives; nobody once it is over.
    record Node(UUID session, String worker) implements ClaimHolder {
        static final String SQL = """
                SELECT session_id, NULL::timestamptz AS expires_at, NULL::timestamptz AS deadline_at
                FROM node_sessions
                WHERE session_id = :session AND ended_at IS NULL AND expires_at > clock_timestamp()""";

        @Override
        public Query bind(Query claim) {
            return claim.bind("session", session).bind("worker", worker);
        }
    }

    /// A worker outside, for a while from now on, and at most until the deadline.
    record Outside(String worker, Duration lease, Duration deadline) implements ClaimHolder {
        static final String SQL = """
                SELECT NULL::uuid AS session_id,
                    clock_timestamp() + make_interval(secs => :seconds) AS expires_at,
                    clock_timestamp() + make_interval(secs => :deadline) AS deadline_at""";

        @Override
        public Query bind(Query claim) {
            return claim.bind("worker", worker)
                    .bind("seconds", Columns.seconds(lease))
                    .bind("deadline", Columns.seconds(deadline));
        }
    }
}
