package dev.mainstay.bench.node;

import dev.mainstay.bench.lab.Laboratory;
import java.time.Duration;

/// What a node is to run. Immutable and thread-safe.
///
/// @param url of the database, without user and password
/// @param hasLedger each tick is written down, see [LedgerWriter]
public record NodeOrder(
        String url,
        String user,
        String password,
        String node,
        int agents,
        Duration interval,
        Duration heartbeat,
        boolean hasLedger) {
    /// Agents that do nothing, on the database of `laboratory`.
    public static NodeOrder idle(
            Laboratory laboratory, String node, int agents, Duration interval, Duration heartbeat) {
        return new NodeOrder(
                laboratory.url(), laboratory.user(), laboratory.password(), node, agents, interval, heartbeat, false);
    }

    public NodeOrder withLedger() {
        return new NodeOrder(url, user, password, node, agents, interval, heartbeat, true);
    }

    /// The same agents on a node of another name.
    public NodeOrder on(String newNode) {
        return new NodeOrder(url, user, password, newNode, agents, interval, heartbeat, hasLedger);
    }
}
