package dev.mainstay.recovery;

import dev.mainstay.postgres.Database;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// Hands the agent over to another node, and keeps it away from the one it was on while there is another. Thread-safe.
final class MoveAction implements RecoveryAction {
    static final String NAME = "move-agent";
    private static final String ALONE = "no other living node offers its kind";
    private static final String KEPT_BY_GROUP = "its group is on the same node, and would have it back";

    /// Living nodes beside that of `session` that offer the agent's kind.
    private static final String OTHERS = """
            (
                        SELECT
                        FROM node_sessions other
                        JOIN agents agent ON agent.kind = ANY (other.kinds)
                        WHERE agent.organization_id = :organization AND agent.id = :agent
                            AND other.session_id <> session.session_id AND other.ended_at IS NULL
                            AND NOT other.draining AND other.expires_at > clock_timestamp())""";

    /// The session first: that is the order of all who lock it.
    private static final String LEAVE = """
            WITH told AS (
                UPDATE node_sessions session
                SET assignment_version = session.assignment_version + 1
                WHERE session.session_id = (
                    SELECT session_id FROM agent_leases WHERE organization_id = :organization AND agent_id = :agent)
                    AND session.ended_at IS NULL
                    AND EXISTS OTHERS
                RETURNING session.session_id, session.node_id)
            UPDATE agent_leases lease
            SET leaving = true, avoid = told.node_id
            FROM told
            WHERE lease.organization_id = :organization AND lease.agent_id = :agent
                AND lease.session_id = told.session_id
            RETURNING told.node_id
            """.replace("OTHERS", OTHERS);

    /// Somebody runs it, and no other could.
    private static final String IS_ALONE = """
            SELECT EXISTS (
                SELECT
                FROM agent_leases lease
                JOIN node_sessions session ON session.session_id = lease.session_id AND session.ended_at IS NULL
                WHERE lease.organization_id = :organization AND lease.agent_id = :agent AND NOT EXISTS OTHERS)
            """.replace("OTHERS", OTHERS);

    /// Placement gives a member back to the node that has its group.
    private static final String IS_KEPT_BY_GROUP = """
            SELECT EXISTS (
                SELECT
                FROM agents agent
                JOIN agent_leases lease ON lease.organization_id = agent.organization_id AND lease.agent_id = agent.id
                JOIN agents member ON member.organization_id = agent.organization_id
                    AND member.group_name = agent.group_name AND member.id <> agent.id
                JOIN agent_leases held ON held.organization_id = member.organization_id
                    AND held.agent_id = member.id AND held.session_id = lease.session_id
                WHERE agent.organization_id = :organization AND agent.id = :agent)
            """;

    private final Database database;

    MoveAction(Database database) {
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
    public Optional<String> whyPointless(Handle handle, Patient patient, List<String> tried) {
        if (patient.is(handle, IS_ALONE)) {
            return Optional.of(ALONE);
        }
        return patient.is(handle, IS_KEPT_BY_GROUP) ? Optional.of(KEPT_BY_GROUP) : Optional.empty();
    }

    @Override
    public Map<String, ?> act(Patient patient) {
        return database.write(handle -> DoneOnce.of(handle, patient, DoneOnce.MOVED, () -> leave(handle, patient)));
    }

    private static Map<String, ?> leave(Handle handle, Patient patient) {
        String agent = patient.requireAgent();
        Optional<String> from = handle.createQuery(LEAVE)
                .bind("organization", patient.organization())
                .bind("agent", agent)
                .mapTo(String.class)
                .findOne();
        String node = from.orElseThrow(
                () -> new IllegalStateException(agent + " cannot be moved: " + ALONE + ", or nobody runs it"));
        return Map.of("moved", agent, "from", node);
    }
}
