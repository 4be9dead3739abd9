package dev.mainstay.cluster;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/// Ends sessions and frees what they held. Each method must run in a transaction of its own.
///
/// The session is ended by one statement and its leases are freed by the next, whose snapshot is newer: an assignment
/// that was under way holds the session's row, so it has then either been seen or been refused. Lock order: sessions,
/// agents, leases. Stateless and thread-safe.
final class SessionEnding {
    /// A session is dead when its lease is over; or earlier, when its own connection is gone and it missed two beats,
    /// unless the server itself has only just started and every connection is gone.
    private static final String IS_DEAD = """
            (session.expires_at <= clock_timestamp()
                OR (session.backend_pid IS NOT NULL
                    AND session.beat_at < clock_timestamp() - interval '2 seconds'
                    AND pg_postmaster_start_time() < clock_timestamp() - interval '10 seconds'
                    AND NOT EXISTS (
                        SELECT FROM pg_stat_activity backend
                        WHERE backend.pid = session.backend_pid AND backend.backend_start = session.backend_start)))
            """;

    /// The process that left this node's name behind is gone: it missed two beats and its connection no longer exists.
    private static final String IS_LEFT_BEHIND = """
            session.node_id = :node
                AND (session.expires_at <= clock_timestamp()
                    OR (session.beat_at < clock_timestamp() - interval '2 seconds'
                        AND NOT EXISTS (
                            SELECT FROM pg_stat_activity backend
                            WHERE backend.pid = session.backend_pid
                                AND backend.backend_start = session.backend_start)))
            """;

    private static final String END = """
            UPDATE node_sessions session
            SET ended_at = clock_timestamp(), end_cause = %s
            WHERE session.ended_at IS NULL AND %s
            RETURNING session_id, node_id, end_cause
            """;

    /// No process can renew while the server is away, so that says nothing about it.
    private static final String CAUSE = """
            CASE WHEN session.expires_at > clock_timestamp() THEN 'connection lost'
                WHEN session.beat_at < pg_postmaster_start_time() THEN 'database was away'
                ELSE 'expired' END
            """;

    private static final String EXPIRE = END.formatted(CAUSE, IS_DEAD);
    private static final String SUPERSEDE = END.formatted("'superseded'", IS_LEFT_BEHIND);
    private static final String STOP = END.formatted(":cause", "session.session_id = :session");

    /// Of every ended session, so that a lease which slipped through by whatever mistake does not hang for ever.
    private static final String FREE = """
            UPDATE agent_leases lease
            SET session_id = NULL, node_id = NULL, leaving = false, fence = lease.fence + 1
            FROM node_sessions ended
            WHERE lease.session_id = ended.session_id AND ended.ended_at IS NOT NULL
            RETURNING ended.session_id
            """;

    private static final String TELL = """
            INSERT INTO system_events (organization_id, type, severity, node_id, cause, detail)
            VALUES ('00000000-0000-0000-0000-000000000001', :type, :severity, :node, :cause,
                jsonb_build_object('session', :session, 'agents', :agents))
            """;

    private record Ended(UUID session, String node, String cause) {}

    /// Ends every dead session; how many there were.
    int expire(Handle handle) {
        return end(handle, EXPIRE, Map.of(), "node.lost", "critical");
    }

    /// Ends what an earlier process of this node left behind; false when that process is alive.
    boolean supersede(Handle handle, String node) {
        end(handle, SUPERSEDE, Map.of("node", node), "node.superseded", "warning");
        return handle.createQuery("SELECT count(*) FROM node_sessions WHERE node_id = :node AND ended_at IS NULL")
                        .bind("node", node)
                        .mapTo(Integer.class)
                        .one()
                == 0;
    }

    void stop(Handle handle, UUID session, String cause) {
        end(handle, STOP, Map.of("session", session, "cause", cause), "node.stopped", "info");
    }

    private static int end(Handle handle, String sql, Map<String, ?> parameters, String type, String severity) {
        List<Ended> ended = handle.createQuery(sql)
                .bindMap(parameters)
                .map((row, context) -> new Ended(row.getObject(1, UUID.class), row.getString(2), row.getString(3)))
                .list();
        Map<UUID, Long> freed = handle.createQuery(FREE).mapTo(UUID.class).list().stream()
                .collect(Collectors.groupingBy(session -> session, Collectors.counting()));
        for (Ended session : ended) {
            handle.createUpdate(TELL)
                    .bind("type", type)
                    .bind("severity", severity)
                    .bind("node", session.node())
                    .bind("cause", session.cause())
                    .bind("session", session.session().toString())
                    .bind("agents", freed.getOrDefault(session.session(), 0L))
                    .execute();
        }
        return ended.size();
    }
}
