package dev.mainstay.recovery;

import dev.mainstay.postgres.Database;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// Takes the lease from a node that holds the agent and does not get on with it, without asking: its fence moves on, so
/// that nothing the old life still writes counts, and placement gives the agent anew. Thread-safe.
final class ClearLeaseAction implements RecoveryAction {
    static final String NAME = "clear-lease";

    private static final String CLEAR = """
            WITH told AS (
                UPDATE node_sessions session
                SET assignment_version = session.assignment_version + 1
                WHERE session.session_id = (
                    SELECT session_id FROM agent_leases WHERE organization_id = :organization AND agent_id = :agent)
                RETURNING session.session_id, session.node_id)
            UPDATE agent_leases lease
            SET session_id = NULL, node_id = NULL, leaving = false, avoid = told.node_id, fence = lease.fence + 1
            FROM told
            WHERE lease.organization_id = :organization AND lease.agent_id = :agent
                AND lease.session_id = told.session_id
            RETURNING told.node_id
            """;

    private final Database database;

    ClearLeaseAction(Database database) {
        this.database = database;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Risk risk() {
        return Risk.MEDIUM;
    }

    @Override
    public Map<String, ?> act(Patient patient) {
        return database.write(handle -> DoneOnce.of(
                handle,
                patient,
                DoneOnce.FREED,
                () -> Map.of(
                        "cleared",
                        patient.requireAgent(),
                        "from",
                        clear(handle, patient).orElse("nobody: it was free already"))));
    }

    /// The node that held it.
    static Optional<String> clear(Handle handle, Patient patient) {
        return handle.createQuery(CLEAR)
                .bind("organization", patient.organization())
                .bind("agent", patient.requireAgent())
                .mapTo(String.class)
                .findOne();
    }
}
