package dev.mainstay.task;

import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;

/// Ends attempts, many in one transaction, each guarded by its lease and fence. Thread-safe.
final class CompletionStore {
    /// The claims are locked first (deleted with their last task, else against rescue), then the tasks, by identifier.
    private static final String COMPLETE = """
            WITH alive AS MATERIALIZED (
                SELECT session_id
                FROM node_sessions
                WHERE session_id = :session AND ended_at IS NULL AND expires_at > clock_timestamp()),
            over AS MATERIALIZED (
                DELETE FROM task_claims claim
                USING alive, unnest(:overOrganizations, :overTokens) AS ended (organization_id, lease_token)
                WHERE claim.organization_id = ended.organization_id AND claim.lease_token = ended.lease_token
                    AND claim.session_id = alive.session_id
                RETURNING claim.organization_id, claim.lease_token),
            held AS MATERIALIZED (
                SELECT claim.organization_id, claim.lease_token
                FROM alive
                CROSS JOIN unnest(:heldOrganizations, :heldTokens) AS held (organization_id, lease_token)
                JOIN task_claims claim ON claim.organization_id = held.organization_id
                    AND claim.lease_token = held.lease_token AND claim.session_id = alive.session_id
                FOR KEY SHARE OF claim),
            leased AS (
                SELECT * FROM over
                UNION ALL
                SELECT * FROM held)
            UPDATE tasks task
            SET state = 'completed',
                result = done.result::jsonb,
                error = NULL,
                worker = :worker,
                started_at = to_timestamp(done.started / 1e6),
                ended_at = clock_timestamp()
            FROM unnest(:organizations, :tokens, :ids, :fences, :starts, :results)
                AS done (organization_id, lease_token, id, fence, started, result)
            JOIN leased USING (organization_id, lease_token)
            WHERE task.organization_id = done.organization_id AND task.id = done.id
                AND task.state = 'open' AND task.fence = done.fence - 1
            RETURNING task.organization_id, task.id, task.links
            """;

    private static final String SETTLE = """
            SELECT task_settle(organization_id, id)::text
            FROM unnest(:organizations, :ids) AS done (organization_id, id)
            """;

    private static final String END_OTHERWISE = """
            SELECT ended.id
            FROM unnest(:organizations, :tokens, :ids, :fences, :outcomes, :texts, :seconds, :starts)
                AS ended (organization_id, lease_token, id, fence, outcome, why, seconds, started)
            WHERE task_attempt_ended(organization_id, lease_token, id, fence, outcome, why,
                make_interval(secs => seconds), to_timestamp(started / 1e6))
            """;

    // An attempt that ended otherwise raised the fence; whose does not match was not this one's.
    private static final String COMPLETED_BEFORE = """
            SELECT task.id
            FROM unnest(:organizations, :ids, :fences) AS done (organization_id, id, fence)
            JOIN tasks task USING (organization_id, id)
            WHERE task.state = 'completed' AND task.fence = done.fence - 1
            """;

    private static final String PROGRESS = """
            UPDATE tasks task
            SET progress = told.fraction, progress_message = told.message
            FROM unnest(:organizations, :ids, :fences, :fractions, :messages)
                AS told (organization_id, id, fence, fraction, message)
            WHERE task.organization_id = told.organization_id AND task.id = told.id
                AND task.state = 'open' AND task.fence = told.fence - 1
            """;

    private final Database database;
    private final String worker;

    CompletionStore(Database database, String worker) {
        this.database = database;
        this.worker = worker;
    }

    /// @param accepted the tasks whose ending was accepted; of the others the lease was lost, and nothing changed
    /// @param isMoreClaimable whether other tasks, or the same again, may have become claimable by it
    record Ended(Set<UUID> accepted, boolean isMoreClaimable) {}

    /// Ends these attempts, and the claims in `over`, whose last tasks they are.
    Ended end(UUID session, List<Ending> endings, List<Claim> over) {
        List<Ending> sorted = endings.stream()
                .sorted(Comparator.comparing(ending -> ending.task().id()))
                .toList();
        List<Ending> completed = sorted.stream().filter(Ending::isCompleted).toList();
        List<Ending> others = sorted.stream().filter(Ending::isOtherwise).toList();
        return database.write(handle -> {
            Set<UUID> accepted = new HashSet<>();
            if (!others.isEmpty()) {
                accepted.addAll(endOtherwise(handle, others));
            }
            List<Done> done = complete(handle, session, completed, over);
            done.forEach(each -> accepted.add(each.id()));
            return new Ended(accepted, !others.isEmpty() || done.stream().anyMatch(Done::isLinked));
        });
    }

    private List<Done> complete(Handle handle, UUID session, List<Ending> completed, List<Claim> over) {
        Set<Claim> overs = Set.copyOf(over);
        List<Claim> held = completed.stream()
                .map(ending -> ending.task().claim())
                .distinct()
                .filter(claim -> !overs.contains(claim))
                .toList();
        List<Done> done = tasks(handle.createQuery(COMPLETE), completed)
                .bind("session", session)
                .bind("worker", worker)
                .bindArray("overOrganizations", UUID.class, column(over, Claim::organization))
                .bindArray("overTokens", UUID.class, column(over, Claim::token))
                .bindArray("heldOrganizations", UUID.class, column(held, Claim::organization))
                .bindArray("heldTokens", UUID.class, column(held, Claim::token))
                .bindArray("starts", Long.class, column(completed, CompletionStore::started))
                .bindArray("results", String.class, column(completed, Ending::text))
                .map((row, context) ->
                        new Done(Columns.uuid(row, "organization_id"), Columns.uuid(row, "id"), row.getInt("links")))
                .list();
        settle(handle, done.stream().filter(Done::isLinked).toList());
        return done;
    }

    private record Done(UUID organization, UUID id, int links) {
        boolean isLinked() {
            return links != 0;
        }
    }

    private static void settle(Handle handle, List<Done> linked) {
        if (!linked.isEmpty()) {
            handle.createQuery(SETTLE)
                    .bindArray("organizations", UUID.class, column(linked, Done::organization))
                    .bindArray("ids", UUID.class, column(linked, Done::id))
                    .mapTo(String.class)
                    .list();
        }
    }

    private static List<UUID> endOtherwise(Handle handle, List<Ending> endings) {
        return tasks(handle.createQuery(END_OTHERWISE), endings)
                .bindArray("outcomes", String.class, column(endings, Ending::outcome))
                .bindArray("texts", String.class, column(endings, Ending::text))
                .bindArray(
                        "seconds",
                        Double.class,
                        column(endings, ending -> ending.again().toNanos() / 1e9))
                .bindArray("starts", Long.class, column(endings, CompletionStore::started))
                .mapTo(UUID.class)
                .list();
    }

    /// Of endings that were not accepted, those that had been stored by an earlier commit whose answer was lost.
    List<UUID> completedBefore(List<Ending> endings) {
        return database.read(handle -> tasks(handle.createQuery(COMPLETED_BEFORE), endings)
                .mapTo(UUID.class)
                .list());
    }

    void progress(List<RunningTask.Progress> progress) {
        database.write(handle -> handle.createUpdate(PROGRESS)
                .bindArray("organizations", UUID.class, column(progress, RunningTask.Progress::organization))
                .bindArray("ids", UUID.class, column(progress, RunningTask.Progress::id))
                .bindArray("fences", Long.class, column(progress, RunningTask.Progress::fence))
                .bindArray("fractions", Double.class, column(progress, RunningTask.Progress::fraction))
                .bindArray("messages", String.class, column(progress, RunningTask.Progress::message))
                .execute());
    }

    /// In the caller's transaction; false when the lease was lost.
    boolean complete(Connection connection, Ending ending) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT " + database.schema() + ".task_complete(?, ?, ?, ?, ?::jsonb, ?)")) {
            statement.setObject(1, ending.task().organization());
            statement.setObject(2, ending.task().claim().token());
            statement.setObject(3, ending.task().id());
            statement.setLong(4, ending.task().fence());
            statement.setString(5, ending.text());
            statement.setObject(6, ending.startedAt().atOffset(ZoneOffset.UTC));
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    private static <S extends SqlStatement<S>> S tasks(S statement, List<Ending> endings) {
        return statement
                .bindArray(
                        "organizations",
                        UUID.class,
                        column(endings, ending -> ending.task().organization()))
                .bindArray(
                        "tokens",
                        UUID.class,
                        column(endings, ending -> ending.task().claim().token()))
                .bindArray(
                        "ids",
                        UUID.class,
                        column(endings, ending -> ending.task().id()))
                .bindArray(
                        "fences",
                        Long.class,
                        column(endings, ending -> ending.task().fence()));
    }

    private static long started(Ending ending) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, ending.startedAt());
    }
}
