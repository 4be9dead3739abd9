package dev.mainstay.task;

import java.util.concurrent.atomic.AtomicInteger;

/// A type of task with what does its work, and how much of it runs here. Thread-safe.
final class Worker<P> {
    private final TaskType<P> type;
    private final TaskHandler<P> handler;
    private final AtomicInteger running = new AtomicInteger();

    Worker(TaskType<P> type, TaskHandler<P> handler) {
        this.type = type;
        this.handler = handler;
    }

    TaskType<P> type() {
        return type;
    }

    Outcome handle(String payload, TaskContext context) throws Exception {
        return handler.handle(read(payload), context);
    }

    private P read(String payload) {
        try {
            return Payload.read(payload, type.payload());
        } catch (RuntimeException e) {
            throw new NotRetryableException(
                    "the payload does not read as " + type.payload().getName() + ": " + e.getMessage(), e);
        }
    }

    void started() {
        running.incrementAndGet();
    }

    void ended() {
        running.decrementAndGet();
    }

    /// Whether fewer may run at once than the node has room for.
    boolean isBounded() {
        return type.concurrency() != Integer.MAX_VALUE;
    }

    int free() {
        return type.concurrency() - running.get();
    }
}
