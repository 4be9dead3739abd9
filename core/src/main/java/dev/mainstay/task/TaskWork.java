package dev.mainstay.task;

/// A handler in one lambda: done when it returns. Use [TaskHandler] when it has a result, or another end than success.
@FunctionalInterface
public interface TaskWork<P> {
    void run(P payload, TaskContext context) throws Exception;

    /// The same as a handler.
    default TaskHandler<P> asHandler() {
        return (payload, context) -> {
            run(payload, context);
            return Outcome.COMPLETED;
        };
    }
}
