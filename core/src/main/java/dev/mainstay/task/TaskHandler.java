package dev.mainstay.task;

/// Does the work of a type of task, on a virtual thread of its own. Must be thread-safe: several tasks of the type run
/// at once.
///
/// It may run more than once for one task, but again only after its lease was lost or it failed.
@FunctionalInterface
public interface TaskHandler<P> {
    Outcome handle(P payload, TaskContext context) throws Exception;
}
