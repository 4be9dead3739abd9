package dev.mainstay.task;

import dev.mainstay.postgres.Jsonb;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/// What can be asked of tasks that are there, each a function of the database, as part of the caller's transaction.
/// Stateless and thread-safe.
final class TaskCommands {
    private static final String CANCEL_ALL = """
            SELECT count(*) FILTER (WHERE task_cancel(:organization, id, :reason) IN ('ended', 'asked'))
            FROM unnest(:ids) AS asked (id)
            """;

    private static final String RETRY_ALL = """
            SELECT count(*) FILTER (WHERE task_retry(:organization, id) IN ('redriven', 'sooner'))
            FROM unnest(:ids) AS asked (id)
            """;

    private static final String TELL = """
            INSERT INTO system_events (organization_id, type, severity, cause, detail)
            VALUES (:organization, :type, 'info', :reason, :detail::jsonb)
            """;

    private TaskCommands() {}

    static Cancelled cancel(Handle handle, UUID organization, UUID task, String reason) {
        return Cancelled.of(word(of(handle, "SELECT task_cancel(:organization, :task, :reason)", organization, task)
                .bind("reason", reason)));
    }

    static Retried retry(Handle handle, UUID organization, UUID task) {
        return Retried.of(word(of(handle, "SELECT task_retry(:organization, :task)", organization, task)));
    }

    /// A dead letter, with its payload or another.
    static Retried redrive(Handle handle, UUID organization, UUID task, @Nullable Object payload) {
        return Retried.of(
                word(of(handle, "SELECT task_redrive(:organization, :task, :payload::jsonb)", organization, task)
                        .bind("payload", Payload.nullableText("payload", payload))));
    }

    static Signalled signal(Handle handle, UUID organization, UUID task, String name, @Nullable Object value) {
        return send(handle, organization, task, "signal", name, value);
    }

    static Signalled decide(Handle handle, UUID organization, UUID task, String name, Steps.Approval decision) {
        return send(handle, organization, task, "approval", name, decision);
    }

    private static Signalled send(
            Handle handle, UUID organization, UUID task, String kind, String name, @Nullable Object value) {
        String sql = "SELECT task_signal(:organization, :task, :name, :value::jsonb, :kind)";
        return Signalled.of(word(of(handle, sql, organization, task)
                .bind("name", name)
                .bind("value", Payload.nullableText(kind, value))
                .bind("kind", kind)));
    }

    static Optional<UUID> fork(Handle handle, UUID organization, UUID task, int steps, @Nullable Object payload) {
        return of(handle, "SELECT task_fork(:organization, :task, :steps, :payload::jsonb)", organization, task)
                .bind("steps", steps)
                .bind("payload", Payload.nullableText("payload", payload))
                .mapTo(UUID.class)
                .findOne();
    }

    /// How many were cancelled, or asked to end.
    static long cancelAll(Handle handle, UUID organization, Collection<UUID> tasks, String reason) {
        return all(handle, CANCEL_ALL, organization, tasks)
                .bind("reason", reason)
                .mapTo(Long.class)
                .one();
    }

    /// How many will be tried again.
    static long retryAll(Handle handle, UUID organization, Collection<UUID> tasks) {
        return all(handle, RETRY_ALL, organization, tasks).mapTo(Long.class).one();
    }

    /// Keeps who did it and why.
    static void event(Handle handle, UUID organization, String type, String reason, Map<String, ?> detail) {
        handle.createUpdate(TELL)
                .bind("organization", organization)
                .bind("type", type)
                .bind("reason", reason)
                .bind("detail", Jsonb.text(detail))
                .execute();
    }

    private static Query of(Handle handle, String sql, UUID organization, UUID task) {
        return handle.createQuery(sql).bind("organization", organization).bind("task", task);
    }

    private static Query all(Handle handle, String sql, UUID organization, Collection<UUID> tasks) {
        return handle.createQuery(sql)
                .bind("organization", organization)
                .bindArray("ids", UUID.class, List.copyOf(tasks));
    }

    private static String word(Query query) {
        return query.mapTo(String.class).findOne().orElse("unknown");
    }
}
