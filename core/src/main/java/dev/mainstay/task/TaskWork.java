package dev.mainstay.task;

/// A handler in one lambda: done when it returns. Use [TaskHandler] when it has a result, or another end than success.
@FunctionalInterface
public interface TaskWork<P> {
    void run(P payload, TaskContext context) throws Exception;
}
