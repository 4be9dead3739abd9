package dev.mainstay.bench.node;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.testing.FaultProxy;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What a node is to run. Immutable and thread-safe.
///
/// @param url of the database, without user and password
/// @param ledgerUrl where each tick is written down, see [LedgerWriter]; null for nowhere
/// @param taskType of which it works on tasks, doing nothing; null for none
public record NodeOrder(
        String url,
        String user,
        String password,
        String node,
        int agents,
        Duration interval,
        Duration heartbeat,
        @Nullable String ledgerUrl,
        @Nullable String taskType) {
    private static final String JDBC = "jdbc:";

    /// Agents that do nothing, on the database of `laboratory`.
    public static NodeOrder idle(
            Laboratory laboratory, String node, int agents, Duration interval, Duration heartbeat) {
        return new NodeOrder(
                laboratory.url(),
                laboratory.user(),
                laboratory.password(),
                node,
                agents,
                interval,
                heartbeat,
                null,
                null);
    }

    /// It works on tasks of this type besides, doing nothing.
    public NodeOrder working(String type) {
        return new NodeOrder(url, user, password, node, agents, interval, heartbeat, ledgerUrl, type);
    }

    /// The ledger is written straight to the database, whatever lies between that and the node.
    public NodeOrder withLedger() {
        return new NodeOrder(url, user, password, node, agents, interval, heartbeat, url, taskType);
    }

    /// The same agents on a node of another name.
    public NodeOrder on(String newNode) {
        return new NodeOrder(url, user, password, newNode, agents, interval, heartbeat, ledgerUrl, taskType);
    }

    /// A way to the database that can be cut.
    public FaultProxy proxy() {
        URI direct = URI.create(url.substring(JDBC.length()));
        return FaultProxy.to(direct.getHost(), direct.getPort());
    }

    /// The same, reaching the database through `proxy`.
    public NodeOrder through(FaultProxy proxy) {
        String path = URI.create(url.substring(JDBC.length())).getPath();
        String cuttable = JDBC + "postgresql://" + proxy.host() + ":" + proxy.port() + path;
        return new NodeOrder(cuttable, user, password, node, agents, interval, heartbeat, ledgerUrl, taskType);
    }
}
