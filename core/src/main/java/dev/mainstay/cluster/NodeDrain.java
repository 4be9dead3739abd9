package dev.mainstay.cluster;

import dev.mainstay.postgres.Database;
import java.util.UUID;

/// Asks nodes to hand their agents to the others. Thread-safe.
public final class NodeDrain {
    private final Database database;

    public NodeDrain(Database database) {
        this.database = database;
    }

    /// Asks a living node; false when there is none of that name. Asking again changes nothing. The event goes to the
    /// organization of whoever asked.
    public boolean ask(UUID organization, String node, String reason, String actor) {
        return database.write(handle -> {
            boolean lives = handle.createQuery("""
                    SELECT EXISTS (SELECT FROM node_sessions WHERE node_id = :node AND ended_at IS NULL)
                    """)
                    .bind("node", node)
                    .mapTo(Boolean.class)
                    .one();
            int asked = handle.createUpdate("""
                    UPDATE node_sessions
                    SET draining = true, assignment_version = assignment_version + 1
                    WHERE node_id = :node AND ended_at IS NULL AND NOT draining
                    """).bind("node", node).execute();
            if (asked > 0) {
                handle.createUpdate("""
                        INSERT INTO system_events (organization_id, type, severity, node_id, cause, detail)
                        VALUES (:organization, 'node.draining', 'info', :node, :reason,
                            jsonb_build_object('actor', :actor::text))
                        """)
                        .bind("organization", organization)
                        .bind("node", node)
                        .bind("reason", reason)
                        .bind("actor", actor)
                        .execute();
            }
            return lives;
        });
    }
}
