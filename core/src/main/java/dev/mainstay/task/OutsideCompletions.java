package dev.mainstay.task;

import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.postgres.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/// Completes tasks of workers outside, many in one transaction of the caller's. Stateless and thread-safe.
final class OutsideCompletions {
    /// By token and task, so that two calls at once take their locks in one order.
    private static final String END = """
            SELECT done.place, lane.queue, lane.type, claim.claimed_at, clock_timestamp() AS now,
                task.links <> 0 AS is_awaited, EXISTS (
                    SELECT FROM task_limits bound
                    WHERE bound.organization_id = lane.organization_id AND bound.queue IN ('', lane.queue)) AS is_limited,
                %s AS answer
            FROM unnest(:tokens, :tasks, :fences, :results) WITH ORDINALITY
                AS done (token, task, fence, result, place)
            JOIN task_claims claim ON claim.organization_id = :organization AND claim.lease_token = done.token
                AND claim.expires_at > clock_timestamp() AND claim.task_ids @> ARRAY[done.task]
            JOIN tasks task ON task.organization_id = :organization AND task.id = done.task
            JOIN task_lanes lane ON lane.organization_id = :organization AND lane.lane_id = task.lane_id
            ORDER BY done.token, done.task, done.place
            """;

    private static final String COMPLETE = END.formatted("""
            CASE WHEN task_complete(:organization, done.token, done.task, done.fence, done.result::jsonb,
                claim.claimed_at) THEN 'ended' ELSE 'lost' END""");

    private static final String TRY_COMPLETE = END.formatted("""
            task_try_end(:organization, done.token, done.task, done.fence, 'completed', done.result, NULL,
                claim.claimed_at)""");

    /// An attempt that ended otherwise raised the fence, and one attempt completes its task once.
    private static final String COMPLETED_BEFORE = """
            SELECT done.place
            FROM unnest(:tokens, :tasks, :fences, :results) WITH ORDINALITY
                AS done (token, task, fence, result, place)
            JOIN tasks task ON task.organization_id = :organization AND task.id = done.task
            WHERE task.state = 'completed' AND task.fence = done.fence - 1
                AND task.result IS NOT DISTINCT FROM done.result::jsonb
            """;

    private static final String CLOSE = """
            SELECT task_claim_close(:organization, held.token)::text
            FROM unnest(:tokens) AS held (token)
            """;

    /// One whose lease was found.
    ///
    /// @param place in the list that was given, from 0
    /// @param isAwaited whether its end may make others claimable
    /// @param isLimited whether its end makes room in a queue with limits
    record Done(
            int place, String queue, String type, Duration took, boolean isAwaited, boolean isLimited, String answer) {
        static Done of(ResultSet row) throws SQLException {
            return new Done(
                    row.getInt("place") - 1,
                    row.getString("queue"),
                    row.getString("type"),
                    Duration.between(Columns.instant(row, "claimed_at"), Columns.instant(row, "now")),
                    row.getBoolean("is_awaited"),
                    row.getBoolean("is_limited"),
                    row.getString("answer"));
        }

        boolean isAccepted() {
            return answer.equals("ended");
        }

        boolean isBusy() {
            return answer.equals("busy");
        }
    }

    /// All of them; waits for whoever holds a row of one.
    List<Done> complete(Handle handle, UUID organization, List<OutsideCompletion> completions) {
        return end(handle, COMPLETE, organization, completions);
    }

    /// Those that nobody holds up, each for itself: slower, and waits for nobody.
    List<Done> tryComplete(Handle handle, UUID organization, List<OutsideCompletion> completions) {
        return end(handle, TRY_COMPLETE, organization, completions);
    }

    private static List<Done> end(Handle handle, String sql, UUID organization, List<OutsideCompletion> completions) {
        List<Done> done = bind(handle.createQuery(sql), organization, completions)
                .map((row, context) -> Done.of(row))
                .list();
        handle.createQuery(CLOSE)
                .bind("organization", organization)
                .bindArray(
                        "tokens",
                        UUID.class,
                        completions.stream()
                                .map(completion -> completion.lease().token())
                                .distinct()
                                .sorted()
                                .toList())
                .mapTo(String.class)
                .list();
        return done;
    }

    /// Which of them this very attempt has completed with this very result, as places from 0.
    Set<Integer> completedBefore(Handle handle, UUID organization, List<OutsideCompletion> completions) {
        return new HashSet<>(bind(handle.createQuery(COMPLETED_BEFORE), organization, completions)
                .map((row, context) -> row.getInt("place") - 1)
                .list());
    }

    private static Query bind(Query query, UUID organization, List<OutsideCompletion> completions) {
        return query.bind("organization", organization)
                .bindArray(
                        "tokens",
                        UUID.class,
                        column(completions, each -> each.lease().token()))
                .bindArray(
                        "tasks",
                        UUID.class,
                        column(completions, each -> each.lease().task()))
                .bindArray(
                        "fences",
                        Long.class,
                        column(completions, each -> each.lease().fence()))
                .bindArray("results", String.class, column(completions, OutsideCompletion::result));
    }
}
