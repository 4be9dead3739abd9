package dev.mainstay.task;

/// What nodes say to each other about tasks, so that who waits looks at once. Stateless and thread-safe.
public final class TaskTopics {
    /// Something may have become claimable.
    public static final String CLAIMABLE = "tasks";

    /// A task in a queue with limits ended, so that another one may start there.
    public static final String ROOM = "room";

    /// A queue was paused, resumed or given limits.
    public static final String QUEUES = "queues";

    private TaskTopics() {}
}
