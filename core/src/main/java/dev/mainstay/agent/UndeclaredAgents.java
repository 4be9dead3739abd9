package dev.mainstay.agent;

import dev.mainstay.postgres.Database;
import java.util.Collection;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/// Agents that stood in the settings of a node and stand there no longer: they are shut down, with the reason in an
/// event, and keep their history; whoever comes back is wanted as it was before.
///
/// Who declared an agent last stands in its row, so that two nodes with different files
/// leave each other's agents alone, and with the same file the agent goes when the last of
/// them has started anew. Thread-safe.
public final class UndeclaredAgents {
    private static final String BRING_BACK = """
            UPDATE agents
            SET desired = spec ->> 'undeclared'
            WHERE organization_id = :organization
                AND id = ANY (:declared)
                AND desired = 'shutdown'
                AND spec ->> 'undeclared' IS NOT NULL
            """;

    private static final String CLAIM = """
            UPDATE agents
            SET spec = spec || jsonb_build_object('declaredBy', :node::text)
            WHERE (organization_id, id) IN (
                SELECT organization_id, id
                FROM agents
                WHERE organization_id = :organization AND id = ANY (:declared) AND source = 'file'
                ORDER BY organization_id, id
                FOR NO KEY UPDATE)
            """;

    /// Locks come in the order of all: sessions, agents, leases.
    private static final String LOCK_SESSIONS = """
            SELECT session_id
            FROM node_sessions
            WHERE session_id IN (
                SELECT lease.session_id
                FROM agents agent
                JOIN agent_leases lease ON lease.organization_id = agent.organization_id AND lease.agent_id = agent.id
                WHERE agent.organization_id = :organization
                    AND agent.source = 'file'
                    AND agent.spec ->> 'declaredBy' = :node
                    AND agent.spec ->> 'undeclared' IS NULL
                    AND agent.id <> ALL (:declared))
            ORDER BY session_id
            FOR NO KEY UPDATE
            """;

    /// Whoever runs a missing agent takes it down; one that nobody runs would be left in its state for ever, since it
    /// is never placed again, so its last step is made here.
    private static final String RETIRE = """
            WITH missing AS MATERIALIZED (
                SELECT agent.organization_id, agent.id, agent.state, lease.session_id, lease.fence,
                    lease.session_id IS NULL AND agent_transition_is_legal(agent.state, 'shutdown') AS ends_here
                FROM agents agent
                JOIN agent_leases lease ON lease.organization_id = agent.organization_id AND lease.agent_id = agent.id
                WHERE agent.organization_id = :organization
                    AND agent.source = 'file'
                    AND agent.spec ->> 'declaredBy' = :node
                    AND agent.spec ->> 'undeclared' IS NULL
                    AND agent.id <> ALL (:declared)
                ORDER BY agent.organization_id, agent.id
                FOR NO KEY UPDATE OF agent, lease),
            retired AS (
                UPDATE agents
                SET desired = 'shutdown',
                    spec = spec || jsonb_build_object('undeclared', desired),
                    state = CASE WHEN ends_here THEN 'shutdown' ELSE agents.state END,
                    state_since = CASE WHEN ends_here THEN clock_timestamp() ELSE state_since END,
                    cause = CASE WHEN ends_here THEN :reason ELSE cause END,
                    updated_at = clock_timestamp()
                FROM missing
                WHERE agents.organization_id = missing.organization_id AND agents.id = missing.id),
            told AS (
                UPDATE node_sessions
                SET assignment_version = assignment_version + 1
                WHERE session_id IN (SELECT session_id FROM missing)),
            moved AS (
                INSERT INTO system_events (organization_id, type, severity, agent_id, node_id, cause, detail)
                SELECT organization_id, 'agent.transition', 'info', id, :node, :reason,
                    jsonb_build_object('from', state, 'to', 'shutdown', 'fence', fence)
                FROM missing
                WHERE ends_here)
            INSERT INTO system_events (organization_id, type, severity, agent_id, node_id, cause, detail)
            SELECT organization_id, 'agent.commanded', 'info', id, :node, :reason,
                jsonb_build_object('command', 'shutdown', 'actor', 'node:' || :node)
            FROM missing
            """;

    private final Database database;
    private final UUID organization;
    private final String node;

    public UndeclaredAgents(Database database, UUID organization, String node) {
        this.database = database;
        this.organization = organization;
        this.node = node;
    }

    /// To be called before the agents of the file are declared, which forgets what is remembered here.
    public void bringBack(Collection<String> declared) {
        if (!declared.isEmpty()) {
            database.write(handle -> bound(handle, BRING_BACK, declared).execute());
        }
    }

    /// To be called after the agents of the file are declared: shuts down those that are missing now.
    ///
    /// @return how many
    public int retire(Collection<String> declared) {
        return database.write(handle -> {
            handle.createQuery(LOCK_SESSIONS)
                    .bind("organization", organization)
                    .bindArray("declared", String.class, declared.toArray())
                    .bind("node", node)
                    .mapTo(UUID.class)
                    .list();
            if (!declared.isEmpty()) {
                bound(handle, CLAIM, declared).bind("node", node).execute();
            }
            return bound(handle, RETIRE, declared)
                    .bind("node", node)
                    .bind("reason", "no longer declared in the settings of node " + node)
                    .execute();
        });
    }

    private Update bound(Handle handle, String sql, Collection<String> declared) {
        return handle.createUpdate(sql)
                .bind("organization", organization)
                .bindArray("declared", String.class, declared.toArray());
    }
}
