package dev.mainstay.recovery;

import dev.mainstay.postgres.Database;
import java.util.Map;

/// Asks the agent to let its connections go and open new ones ([dev.mainstay.agent.Agent#reconnect]),
/// without a restart: what it keeps in memory stays. Thread-safe.
final class ReconnectAction implements RecoveryAction {
    static final String NAME = "reconnect";

    private static final String ASK = """
            WITH told AS (
                UPDATE node_sessions
                SET assignment_version = assignment_version + 1
                WHERE session_id = (
                    SELECT session_id FROM agent_leases WHERE organization_id = :organization AND agent_id = :agent)
                    AND ended_at IS NULL
                RETURNING node_id),
            asked AS (
                UPDATE agents
                SET reconnects = reconnects + 1
                WHERE organization_id = :organization AND id = :agent AND EXISTS (SELECT FROM told)
                RETURNING id)
            INSERT INTO system_events (organization_id, type, severity, agent_id, cause, detail)
            SELECT :organization, 'agent.commanded', 'info', id, :reason,
                jsonb_build_object('command', 'reconnect', 'actor', CAST(:actor AS text))
            FROM asked
            """;

    private final Database database;

    ReconnectAction(Database database) {
        this.database = database;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Risk risk() {
        return Risk.LOW;
    }

    @Override
    public Map<String, ?> act(Patient patient) {
        String agent = patient.requireAgent();
        int asked = database.write(handle -> handle.createUpdate(ASK)
                .bind("organization", patient.organization())
                .bind("agent", agent)
                .bind("reason", patient.reason())
                .bind("actor", patient.actor())
                .execute());
        if (asked == 0) {
            throw new IllegalStateException("no living node runs " + agent + ", so it cannot be asked to reconnect");
        }
        return Map.of("asked", agent);
    }
}
