package dev.mainstay.bench.chaos;

import dev.mainstay.bench.node.NodeProcess;
import dev.mainstay.testing.FaultProxy;

/// A worker process and its own way to the database. Used by one thread.
record Hand(NodeProcess process, FaultProxy proxy) implements AutoCloseable {
    String node() {
        return process.node();
    }

    /// Kills the worker, also a frozen one.
    @Override
    public void close() {
        process.close();
        proxy.close();
    }
}
