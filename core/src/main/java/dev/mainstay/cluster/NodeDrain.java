package dev.mainstay.cluster;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.postgres.Database;
import java.util.UUID;

/// Asks nodes to hand their agents to the others, and takes that back. The events go to the organization of whoever
/// asked. Thread-safe.
public final class NodeDrain {
    private final Database database;

    public NodeDrain(Database database) {
        this.database = database;
    }

    /// Asks a living node; false when there is none of that name. Asking again changes nothing. The
    /// last node that takes agents is refused, for they would go on there and whoever asked would wait
    /// for what never happens.
    ///
    /// @param forced the last one too: it takes no new agents, and runs those it has until it is stopped
    public boolean ask(UUID organization, String node, String reason, String actor, boolean forced) {
        String answer = database.api(organization)
                .write(handle -> handle.createQuery("SELECT node_drain(:node, :reason, :actor, :forced)")
                        .bind("node", node)
                        .bind("reason", reason)
                        .bind("actor", actor)
                        .bind("forced", forced)
                        .mapTo(String.class)
                        .one());
        if (answer.equals("last")) {
            throw last(node);
        }
        return answer.equals("draining");
    }

    private static MainstayException last(String node) {
        return new MainstayException(
                ErrorCode.NODE_LAST,
                "node " + node + " is the last that takes agents, so its agents have nowhere to go: start another node"
                        + " first, or stop this one, or drain it all the same with force");
    }

    /// Lets it take agents again; false when there is no living node of that name. Asking again changes nothing.
    public boolean undo(UUID organization, String node, String reason, String actor) {
        return database.api(organization)
                .write(handle -> handle.createQuery("SELECT node_undrain(:node, :reason, :actor)")
                        .bind("node", node)
                        .bind("reason", reason)
                        .bind("actor", actor)
                        .mapTo(Boolean.class)
                        .one());
    }
}
