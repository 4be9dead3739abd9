package dev.mainstay.schedule;

import dev.mainstay.postgres.Jsonb;
import dev.mainstay.task.NewTask;
import dev.mainstay.task.Payload;
import dev.mainstay.task.Priority;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The task each fire of a schedule enqueues. Immutable and thread-safe.
///
/// @param payload in whose texts `${schedule.planned}` and `${schedule.name}` stand for the planned moment and the name
/// @param attempts how often it may fail, if not as often as its type says
/// @param expiresAfter it expires when it has not started by then
/// @param orderingKey shared with tasks that do not come from the schedule
public record TaskTemplate(
        String type,
        String queue,
        JsonNode payload,
        Priority priority,
        List<String> tags,
        @Nullable Integer attempts,
        @Nullable Duration expiresAfter,
        @Nullable String orderingKey) {

    public TaskTemplate {
        tags = List.copyOf(tags);
    }

    /// Of a task as one would enqueue it.
    ///
    /// @throws IllegalArgumentException when it asks for what a schedule decides, such as when it starts
    public static TaskTemplate of(NewTask task) {
        if (task.dueAt() != null || task.delay() != null) {
            throw new IllegalArgumentException("the schedule says when its tasks start; leave in(…) and at(…) out");
        }
        if (task.uniqueKey() != null) {
            throw new IllegalArgumentException(
                    "each fire is unique by itself; leave unique(…) out and choose an overlap policy");
        }
        if (task.parent() != null || !task.needs().isEmpty()) {
            throw new IllegalArgumentException("a scheduled task has no parent and needs no other; leave them out");
        }
        return new TaskTemplate(
                task.type(),
                task.queue(),
                Jsonb.node(Payload.text("payload", task.payload())),
                task.priority(),
                task.tags(),
                task.attempts(),
                task.timeToLive(),
                task.orderingKey());
    }
}
