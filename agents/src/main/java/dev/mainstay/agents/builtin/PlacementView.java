package dev.mainstay.agents.builtin;

import dev.mainstay.postgres.Database;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// What the tables say about where the agents of an organization are. Thread-safe.
final class PlacementView {
    private static final String WAITING = """
            SELECT id, kind
            FROM agents
            WHERE organization_id = :organization
                AND desired <> 'shutdown'
                AND source NOT IN ('slot', 'http')
                AND NOT EXISTS (
                    SELECT FROM node_sessions session
                    WHERE session.ended_at IS NULL
                        AND session.expires_at > clock_timestamp()
                        AND agents.kind = ANY (session.kinds))
            ORDER BY id
            """;

    private final Database database;

    PlacementView(Database database) {
        this.database = database;
    }

    /// An agent that should run and no living node can run.
    record Waiting(String agent, String kind) {}

    /// The fleet at one moment.
    ///
    /// @param states number of agents by state, slots apart
    /// @param waiting agents whose kind no living node offers
    /// @param quarantined agents by id with the cause
    /// @param nodes number of agents by living node
    /// @param draining how many of the nodes are handing over
    record Fleet(
            Map<String, Long> states,
            long slots,
            List<Waiting> waiting,
            Map<String, String> quarantined,
            Map<String, Long> nodes,
            long draining) {}

    Fleet look(UUID organization) {
        Map<String, Long> states = new LinkedHashMap<>();
        Map<String, String> quarantined = new LinkedHashMap<>();
        Map<String, Long> nodes = new LinkedHashMap<>();
        return database.read(handle -> {
            handle.createQuery("""
                    SELECT state, count(*) AS count
                    FROM agents
                    WHERE organization_id = :organization AND source <> 'slot'
                    GROUP BY state
                    ORDER BY state
                    """)
                    .bind("organization", organization)
                    .map((row, context) -> states.put(row.getString(1), row.getLong(2)))
                    .list();
            handle.createQuery("""
                    SELECT id, cause
                    FROM agents
                    WHERE organization_id = :organization AND state = 'quarantined'
                    ORDER BY id
                    """)
                    .bind("organization", organization)
                    .map((row, context) -> quarantined.put(row.getString(1), row.getString(2)))
                    .list();
            handle.createQuery("""
                    SELECT session.node_id, count(lease.agent_id)
                    FROM node_sessions session
                    LEFT JOIN agent_leases lease
                        ON lease.session_id = session.session_id AND lease.organization_id = :organization
                    WHERE session.ended_at IS NULL AND session.expires_at > clock_timestamp()
                    GROUP BY session.node_id
                    ORDER BY session.node_id
                    """)
                    .bind("organization", organization)
                    .map((row, context) -> nodes.put(row.getString(1), row.getLong(2)))
                    .list();
            long slots = handle.createQuery(
                            "SELECT count(*) FROM agents WHERE organization_id = :organization AND source = 'slot'")
                    .bind("organization", organization)
                    .mapTo(Long.class)
                    .one();
            long draining = handle.createQuery("""
                            SELECT count(*)
                            FROM node_sessions
                            WHERE ended_at IS NULL AND expires_at > clock_timestamp() AND draining
                            """).mapTo(Long.class).one();
            return new Fleet(states, slots, waiting(handle, organization), quarantined, nodes, draining);
        });
    }

    /// Agents from outside run nowhere in the fleet, so they wait for none of its nodes.
    private static List<Waiting> waiting(org.jdbi.v3.core.Handle handle, UUID organization) {
        return handle.createQuery(WAITING)
                .bind("organization", organization)
                .map((row, context) -> new Waiting(row.getString(1), row.getString(2)))
                .list();
    }
}
