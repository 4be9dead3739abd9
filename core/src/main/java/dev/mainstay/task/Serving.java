package dev.mainstay.task;

import java.time.Duration;

/// A type of task that is worked on here for a time, such as while an agent is active. Thread-safe.
public final class Serving {
    private final TaskHost host;
    private final Worker<?> worker;

    Serving(TaskHost host, Worker<?> worker) {
        this.host = host;
        this.worker = worker;
    }

    /// Takes tasks from now on.
    public void open() {
        host.open(worker);
    }

    /// Takes no more tasks; those that run go on.
    public void hold() {
        host.close(worker);
    }

    /// Takes no more tasks. Those that run get `bound` to end; the rest is interrupted and runs again elsewhere.
    public void close(Duration bound) {
        host.close(worker, bound);
    }
}
