package dev.mainstay.task;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.ObjectReader;

/// A type of task with what does its work, and how much of it runs here. Thread-safe.
final class Worker<P> {
    private final TaskType<P> type;
    private final TaskHandler<P> handler;
    private final AttemptListener listener;
    private final ObjectReader reader;
    private final AtomicInteger running = new AtomicInteger();

    Worker(TaskType<P> type, TaskHandler<P> handler, AttemptListener listener) {
        this.type = type;
        this.handler = handler;
        this.listener = listener;
        this.reader = Payload.reader(type.payload());
    }

    TaskType<P> type() {
        return type;
    }

    Outcome handle(String payload, TaskContext context) throws Exception {
        return handler.handle(read(payload), context);
    }

    private P read(String payload) {
        try {
            return reader.readValue(payload);
        } catch (RuntimeException e) {
            throw new NotRetryableException(
                    "the payload does not read as " + type.payload().getName() + ": " + e.getMessage(), e);
        }
    }

    void started() {
        running.incrementAndGet();
    }

    /// @param failure why the attempt failed; null when it did not
    void ended(Duration took, @Nullable String failure) {
        running.decrementAndGet();
        listener.ended(took, failure);
    }

    /// The lease was lost: nothing is known of how it went.
    void lost() {
        running.decrementAndGet();
    }

    int running() {
        return running.get();
    }

    /// Whether fewer may run at once than the node has room for.
    boolean isBounded() {
        return type.concurrency() != Integer.MAX_VALUE;
    }

    int free() {
        return type.concurrency() - running.get();
    }
}
