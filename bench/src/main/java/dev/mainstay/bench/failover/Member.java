package dev.mainstay.bench.failover;

import dev.mainstay.bench.node.NodeOrder;
import dev.mainstay.bench.node.NodeProcess;
import dev.mainstay.testing.FaultProxy;

/// A node and its own way to the database, which can be cut. Used by one thread.
record Member(NodeProcess process, FaultProxy proxy) implements AutoCloseable {
    static Member start(NodeOrder order) {
        FaultProxy proxy = order.proxy();
        try {
            return new Member(NodeProcess.start(order.through(proxy)), proxy);
        } catch (RuntimeException e) {
            proxy.close();
            throw e;
        }
    }

    String node() {
        return process.node();
    }

    /// Kills the node, also a frozen one.
    @Override
    public void close() {
        process.close();
        proxy.close();
    }
}
