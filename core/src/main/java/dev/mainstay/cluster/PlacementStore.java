package dev.mainstay.cluster;

import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.AgentRef;
import dev.mainstay.cluster.PlacementPlan.Candidate;
import dev.mainstay.cluster.PlacementPlan.Placed;
import dev.mainstay.cluster.PlacementPlan.Placing;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/// What placement reads and writes; each method is one statement of its caller's transaction. Stateless.
final class PlacementStore {
    private static final String TELL_HOLDERS = """
            UPDATE node_sessions
            SET assignment_version = assignment_version + 1
            WHERE session_id IN (
                SELECT lease.session_id
                FROM agent_leases lease
                JOIN unnest(:organizations, :agents) AS asked (organization_id, agent_id)
                    USING (organization_id, agent_id))
            """;

    private static final String ASK_TO_LEAVE = """
            UPDATE agent_leases lease
            SET leaving = true
            FROM unnest(:organizations, :agents) AS asked (organization_id, agent_id)
            WHERE lease.organization_id = asked.organization_id AND lease.agent_id = asked.agent_id
            """;

    /// One that ran outside before it was declared here leaves a token, and nobody else would take it away.
    private static final String ASSIGN = """
            UPDATE agent_leases lease
            SET session_id = session.session_id,
                node_id = session.node_id,
                lease_token = NULL,
                fence = lease.fence + 1,
                leaving = false,
                leased_at = clock_timestamp()
            FROM unnest(:organizations, :agents, :sessions) AS plan (organization_id, agent_id, session_id)
            JOIN node_sessions session ON session.session_id = plan.session_id AND session.ended_at IS NULL
            WHERE lease.organization_id = plan.organization_id
                AND lease.agent_id = plan.agent_id
                AND lease.session_id IS NULL
            """;

    private static final String NODES = """
            SELECT session.session_id, session.node_id, session.kinds, session.draining,
                session.started_at < clock_timestamp() - interval '10 seconds' AS is_settled,
                (SELECT count(*) FROM agent_leases lease WHERE lease.session_id = session.session_id) AS load
            FROM node_sessions session
            WHERE session.ended_at IS NULL AND session.expires_at > clock_timestamp()
            ORDER BY session.node_id
            """;

    private static final String PLACED = """
            SELECT lease.organization_id, lease.agent_id, agent.kind, agent.group_name, lease.session_id, lease.avoid
            FROM agent_leases lease
            JOIN agents agent ON agent.organization_id = lease.organization_id AND agent.id = lease.agent_id
            """;

    /// Whoever runs an agent leads it to `shutdown` when that is wanted. When its node dies on the way there, nobody
    /// would: such an agent is never placed again. So its last step is made here.
    private static final String END_LEFT_BEHIND = """
            WITH left_behind AS MATERIALIZED (
                SELECT agent.organization_id, agent.id, agent.state, lease.fence
                FROM agents agent
                JOIN agent_leases lease ON lease.organization_id = agent.organization_id AND lease.agent_id = agent.id
                WHERE agent.desired = 'shutdown'
                    AND agent_transition_is_legal(agent.state, 'shutdown')
                    AND lease.session_id IS NULL
                    AND lease.lease_token IS NULL
                ORDER BY agent.organization_id, agent.id
                FOR NO KEY UPDATE OF agent, lease),
            ended AS (
                UPDATE agents agent
                SET state = 'shutdown',
                    state_since = clock_timestamp(),
                    updated_at = clock_timestamp(),
                    cause = :cause,
                    quarantine_until = NULL
                FROM left_behind
                WHERE agent.organization_id = left_behind.organization_id AND agent.id = left_behind.id)
            INSERT INTO system_events (organization_id, type, severity, agent_id, cause, detail)
            SELECT organization_id, 'agent.transition', 'info', id, :cause,
                jsonb_build_object('from', state, 'to', 'shutdown', 'fence', fence)
            FROM left_behind
            """;

    /// Ends agents that are to be shut down and that nobody runs any more; how many.
    int endLeftBehind(Handle handle) {
        return handle.createUpdate(END_LEFT_BEHIND)
                .bind("cause", "shutdown requested, and its node was lost before it was done")
                .execute();
    }

    /// Whether somebody waits for a node, was left behind by one, or might be moved because there are several.
    static final String DUE = """
            EXISTS (
                SELECT FROM agent_leases lease
                JOIN agents agent ON agent.organization_id = lease.organization_id AND agent.id = lease.agent_id
                WHERE lease.session_id IS NULL
                    AND (agent.desired = 'shutdown'
                            AND lease.lease_token IS NULL AND agent_transition_is_legal(agent.state, 'shutdown')
                        OR agent.desired <> 'shutdown' AND agent.source NOT IN ('http', 'slot')
                            AND (agent.state <> 'quarantined' OR agent.quarantine_until <= now())))
            OR (SELECT count(*) FROM node_sessions WHERE ended_at IS NULL) > 1
            """;

    List<Candidate> nodes(Handle handle) {
        return handle.createQuery(NODES)
                .map((row, context) -> new Candidate(
                        row.getObject(1, UUID.class),
                        row.getString(2),
                        Set.of((String[]) row.getArray(3).getArray()),
                        row.getBoolean(4),
                        row.getBoolean(5),
                        row.getInt(6)))
                .list();
    }

    /// Agents that should run and that nobody runs; groups together, members in order.
    List<Placed> waiting(Handle handle) {
        return handle.createQuery(PLACED + """
                WHERE lease.session_id IS NULL
                    AND agent.desired <> 'shutdown'
                    AND agent.source NOT IN ('http', 'slot')
                    AND (agent.state <> 'quarantined' OR agent.quarantine_until <= clock_timestamp())
                ORDER BY lease.organization_id, agent.group_name NULLS FIRST,
                    (agent.spec #>> '{group,position}')::integer NULLS FIRST, lease.agent_id
                """).map(PlacementStore::placed).list();
    }

    List<Placed> groupMembers(Handle handle) {
        return handle.createQuery(PLACED + "WHERE agent.group_name IS NOT NULL AND lease.session_id IS NOT NULL")
                .map(PlacementStore::placed)
                .list();
    }

    /// What runs, and is not on its way already.
    List<Placed> running(Handle handle) {
        return handle.createQuery(PLACED + """
                WHERE lease.session_id IS NOT NULL AND NOT lease.leaving
                ORDER BY lease.leased_at DESC, lease.agent_id
                """).map(PlacementStore::placed).list();
    }

    int leavingNow(Handle handle) {
        return handle.createQuery("SELECT count(*) FROM agent_leases WHERE leaving")
                .mapTo(Integer.class)
                .one();
    }

    /// The sessions first: holding their rows keeps them from ending unseen until the assignment is committed.
    void assign(Handle handle, List<Placing> plan) {
        tell(handle, Set.copyOf(column(plan, Placing::session)));
        handle.createUpdate(ASSIGN)
                .bindArray(
                        "organizations",
                        UUID.class,
                        column(plan, placing -> placing.agent().organization()))
                .bindArray(
                        "agents",
                        String.class,
                        column(plan, placing -> placing.agent().id()))
                .bindArray("sessions", UUID.class, column(plan, Placing::session))
                .execute();
    }

    void askToLeave(Handle handle, List<AgentRef> agents) {
        update(handle, TELL_HOLDERS, agents);
        update(handle, ASK_TO_LEAVE, agents);
    }

    private static void update(Handle handle, String sql, List<AgentRef> agents) {
        handle.createUpdate(sql)
                .bindArray("organizations", UUID.class, column(agents, AgentRef::organization))
                .bindArray("agents", String.class, column(agents, AgentRef::id))
                .execute();
    }

    private static void tell(Handle handle, Set<UUID> sessions) {
        handle.createUpdate("""
                UPDATE node_sessions
                SET assignment_version = assignment_version + 1
                WHERE session_id IN (
                    SELECT session_id
                    FROM node_sessions
                    WHERE session_id = ANY(:sessions) AND ended_at IS NULL
                    ORDER BY session_id
                    FOR NO KEY UPDATE)
                """).bindArray("sessions", UUID.class, sessions).execute();
    }

    private static Placed placed(ResultSet row, StatementContext context) throws SQLException {
        return new Placed(
                new AgentRef(row.getObject(1, UUID.class), row.getString(2)),
                row.getString(3),
                row.getString(4),
                row.getObject(5, UUID.class),
                row.getString(6));
    }
}
