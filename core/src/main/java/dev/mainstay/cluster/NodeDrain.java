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
        return database.api(organization)
                .write(handle -> handle.createQuery("SELECT node_drain(:node, :reason, :actor)")
                        .bind("node", node)
                        .bind("reason", reason)
                        .bind("actor", actor)
                        .mapTo(Boolean.class)
                        .one());
    }
}
