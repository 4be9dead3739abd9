package dev.mainstay.cluster;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The rows of `node_sessions`; each method is one statement. Stateless.
final class SessionStore {
    private static final String RENEW = """
            WITH renewed AS (
                UPDATE node_sessions
                SET beat_at = clock_timestamp(),
                    expires_at = clock_timestamp() + make_interval(secs => :lease)
                WHERE session_id = :session AND ended_at IS NULL AND expires_at > clock_timestamp()
                RETURNING assignment_version, draining)
            SELECT clock_timestamp() AS database_time, assignment_version, draining,
                (SELECT extract(epoch FROM min(late.beat_at) + interval '2 seconds' - clock_timestamp())
                 FROM node_sessions late
                 WHERE late.ended_at IS NULL AND late.beat_at < clock_timestamp() - interval '1200 milliseconds'
                    AND late.session_id <> :session) AS suspect_seconds,
                EXISTS (
                    SELECT FROM duties duty
                    WHERE duty.ran_at < clock_timestamp() - interval '60 seconds'
                        OR NOT EXISTS (
                            SELECT FROM node_sessions holder
                            WHERE holder.session_id = duty.session_id AND holder.ended_at IS NULL)) AS is_vacant
            FROM renewed
            """;

    private static final String OPEN = """
            WITH opened AS (
                INSERT INTO node_sessions (session_id, node_id, kinds, task_types, host, address, version, draining, expires_at,
                    backend_pid, backend_start)
                SELECT :session, :node, :kinds, :taskTypes, :host, :address, :version, :isDraining,
                    clock_timestamp() + make_interval(secs => :lease), backend.pid, backend.backend_start
                FROM (SELECT) AS one
                LEFT JOIN pg_stat_activity backend ON backend.pid = pg_backend_pid() AND :isDirect
                RETURNING session_id, node_id)
            INSERT INTO system_events (organization_id, type, severity, node_id, cause, detail)
            SELECT '00000000-0000-0000-0000-000000000001', 'node.joined', 'info', node_id, 'session opened',
                jsonb_build_object('session', session_id)
            FROM opened
            """;

    static final Duration LEASE = Duration.ofSeconds(10);

    /// @param isDirect false behind a pooler, where the connection says nothing about the process
    void open(Handle handle, UUID session, NodeIdentity node, boolean isDirect, boolean isDraining) {
        handle.createUpdate(OPEN)
                .bind("session", session)
                .bind("node", node.id())
                .bindArray("kinds", String.class, node.kinds().get())
                .bindArray("taskTypes", String.class, node.taskTypes().get())
                .bind("host", node.host())
                .bind("address", node.address())
                .bind("version", node.version())
                .bind("lease", LEASE.toMillis() / 1e3)
                .bind("isDirect", isDirect)
                .bind("isDraining", isDraining)
                .execute();
    }

    /// What the node can run now; whether that is something else than before.
    boolean offer(Handle handle, UUID session, NodeIdentity node) {
        return handle.createUpdate("""
                UPDATE node_sessions
                SET kinds = :kinds, task_types = :taskTypes
                WHERE session_id = :session AND NOT (kinds @> :kinds AND kinds <@ :kinds
                    AND task_types @> :taskTypes AND task_types <@ :taskTypes)
                """)
                        .bind("session", session)
                        .bindArray("kinds", String.class, node.kinds().get())
                        .bindArray("taskTypes", String.class, node.taskTypes().get())
                        .execute()
                > 0;
    }

    /// The connection that renews is another one now.
    void reconnected(Handle handle, UUID session) {
        handle.createUpdate("""
                UPDATE node_sessions session
                SET backend_pid = backend.pid, backend_start = backend.backend_start
                FROM pg_stat_activity backend
                WHERE session.session_id = :session AND backend.pid = pg_backend_pid()
                """).bind("session", session).execute();
    }

    /// Empty when the session has ended or expired: the node is fenced.
    Optional<Beat> renew(Handle handle, UUID session) {
        return handle.createQuery(RENEW)
                .bind("session", session)
                .bind("lease", LEASE.toMillis() / 1e3)
                .map((row, context) -> {
                    double suspectSeconds = row.getDouble(4);
                    boolean isNobodyLate = row.wasNull();
                    return new Beat(
                            row.getObject(1, OffsetDateTime.class).toInstant(),
                            row.getLong(2),
                            row.getBoolean(3),
                            isNobodyLate ? null : Duration.ofMillis(Math.max(0, Math.round(suspectSeconds * 1000))),
                            row.getBoolean(5));
                })
                .findOne();
    }

    /// The node gets no more agents, and what it runs moves away where another node can run it.
    void drain(Handle handle, UUID session) {
        handle.createUpdate("UPDATE node_sessions SET draining = true WHERE session_id = :session")
                .bind("session", session)
                .execute();
    }
}
