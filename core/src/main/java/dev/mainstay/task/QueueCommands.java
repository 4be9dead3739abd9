package dev.mainstay.task;

import dev.mainstay.postgres.Columns;
import java.time.Duration;
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
            SET concurrency = excluded.concurrency, rate = excluded.rate, rate_seconds = excluded.rate_seconds,
                lowered_from = NULL, lowered_by = NULL
            """;

    /// What stood before the first lowering is kept; the one who lowered it last takes it back.
    private static final String LOWER = """
            INSERT INTO task_limits AS standing (organization_id, queue, concurrency, lowered_from, lowered_by)
            VALUES (:organization, :queue, :most, 0, :actor)
            ON CONFLICT (organization_id, queue) DO UPDATE
            SET concurrency = least(standing.concurrency, excluded.concurrency),
                lowered_from = coalesce(standing.lowered_from, standing.concurrency, 0),
                lowered_by = excluded.lowered_by
            WHERE standing.lowered_by IS DISTINCT FROM excluded.lowered_by
            """;

    private static final String RESTORE = """
            UPDATE task_limits
            SET concurrency = nullif(lowered_from, 0), lowered_from = NULL, lowered_by = NULL
            WHERE organization_id = :organization AND queue = :queue AND lowered_by = :actor
            """;

    private static final String LIMITED = """
            SELECT concurrency, rate, rate_seconds
            FROM task_limits
            WHERE organization_id = :organization AND queue = :queue
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
                .bind("seconds", Columns.seconds(limit.period()))
                .execute();
        return true;
    }

    /// False when the same actor has lowered it before.
    static boolean lower(Handle handle, UUID organization, String queue, int most, String actor) {
        return handle.createUpdate(LOWER)
                        .bind("organization", organization)
                        .bind("queue", queue)
                        .bind("most", most)
                        .bind("actor", actor)
                        .execute()
                == 1;
    }

    /// False when it was not this actor who lowered it last.
    static boolean restore(Handle handle, UUID organization, String queue, String actor) {
        boolean isRestored = handle.createUpdate(RESTORE)
                        .bind("organization", organization)
                        .bind("queue", queue)
                        .bind("actor", actor)
                        .execute()
                == 1;
        if (isRestored && limit(handle, organization, queue).isNone()) {
            limit(handle, organization, queue, QueueLimit.NONE);
        }
        return isRestored;
    }

    /// What stands now.
    static QueueLimit limit(Handle handle, UUID organization, String queue) {
        return handle.createQuery(LIMITED)
                .bind("organization", organization)
                .bind("queue", queue)
                .map((row, context) -> new QueueLimit(
                        row.getObject("concurrency", Integer.class),
                        row.getObject("rate", Integer.class),
                        Duration.ofNanos(Math.round(row.getDouble("rate_seconds") * 1e9))))
                .findOne()
                .orElse(QueueLimit.NONE);
    }
}
