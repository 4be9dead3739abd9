package dev.mainstay.bench.peers;

import java.util.Collection;

/// Another system's queue in this process. Used by one thread.
interface PeerQueue extends AutoCloseable {
    /// Stores all of them durably, the fastest way its documentation knows; nobody works meanwhile.
    void enqueue(Collection<String> payloads);

    /// Starts its one worker, which calls `handled` for each task.
    void start(Runnable handled);

    /// Stops the worker and waits for it.
    void stop();

    /// SQL that empties all its tables.
    String emptying();

    /// SQL that counts what is not durably done.
    String counting();

    @Override
    void close();
}
