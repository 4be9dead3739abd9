package dev.mainstay.task;

import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// What can be asked of queues, as part of the caller's transaction. Stateless and thread-safe.
final class QueueCommands {
    private static final String PAUSE = """
            UPDATE queues
            SET paused = true, paused_reason = :reason, paused_by = :actor, paused_at = clock_timestamp()
            WHERE organization_id = :organization AND name = :queue AND NOT paused
            """;

    private static final String RESUME = """
            UPDATE queues
            SET paused = false, paused_reason = NULL, paused_by = NULL, paused_at = NULL
            WHERE organization_id = :organization AND name = :queue AND paused
            """;

    private static final String LIMIT = """
            INSERT INTO task_limits (organization_id, queue, concurrency, rate, rate_seconds)
            VALUES (:organization, :queue, :concurrency, :rate, :seconds)
            ON CONFLICT (organization_id, queue) DO UPDATE
            SET concurrency = excluded.concurrency, rate = excluded.rate, rate_seconds = excluded.rate_seconds
            """;

    private static final String UNLIMIT = """
            DELETE FROM task_limits
            WHERE organization_id = :organization AND queue = :queue
            """;

    private QueueCommands() {}

    /// False when nothing changed: there is no such queue, or it is paused already, which keeps who paused it and why.
    static boolean pause(Handle handle, UUID organization, String queue, String reason, @Nullable String actor) {
        return handle.createUpdate(PAUSE)
                        .bind("organization", organization)
                        .bind("queue", queue)
                        .bind("reason", reason)
                        .bind("actor", actor)
                        .execute()
                == 1;
    }

    /// False when nothing changed: there is no such queue, or it is not paused.
    static boolean resume(Handle handle, UUID organization, String queue) {
        return handle.createUpdate(RESUME)
                        .bind("organization", organization)
                        .bind("queue", queue)
                        .execute()
                == 1;
    }

    static boolean exists(Handle handle, UUID organization, String queue) {
        return handle.createQuery("SELECT count(*) FROM queues WHERE organization_id = :organization AND name = :queue")
                        .bind("organization", organization)
                        .bind("queue", queue)
                        .mapTo(Long.class)
                        .one()
                == 1;
    }

    /// Whether there are limits now.
    static boolean limit(Handle handle, UUID organization, String queue, QueueLimit limit) {
        if (limit.isNone()) {
            handle.createUpdate(UNLIMIT)
                    .bind("organization", organization)
                    .bind("queue", queue)
                    .execute();
            return false;
        }
        handle.createUpdate(LIMIT)
                .bind("organization", organization)
                .bind("queue", queue)
                .bind("concurrency", limit.concurrency())
                .bind("rate", limit.rate())
                .bind("seconds", limit.period().toNanos() / 1e9)
                .execute();
        return true;
    }
}
