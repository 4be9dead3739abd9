package dev.mainstay.task;

import static dev.mainstay.postgres.Columns.array;
import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.UuidArray;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;

/// Ends attempts, many in one transaction, each guarded by its lease and fence. Thread-safe.
final class CompletionStore {
    /// Waits a moment for whoever holds a row, and then changes nothing: the batch is better tried one by one.
    /// The claims are locked first (deleted with their last task, else against rescue), then the tasks.
    /// Each task names its claim by its place among them, from one on. Only what is out of the ordinary is
    /// answered: tasks with links, and who was completed when that is not all.
    private static final String COMPLETE = """
            WITH given AS MATERIALIZED (
                SELECT claim.organization_id, claim.lease_token, claim.is_over, claim.place, session.session_id
                FROM node_sessions session
                CROSS JOIN unnest(:claimOrganizations, :claimTokens, :over)
                    WITH ORDINALITY AS claim (organization_id, lease_token, is_over, place)
                WHERE session.session_id = :session AND session.ended_at IS NULL
                    AND session.expires_at > clock_timestamp()
                    AND set_config('lock_timeout', '100ms', true) IS NOT NULL),
            over AS MATERIALIZED (
                DELETE FROM task_claims claim
                USING given
                WHERE given.is_over AND claim.organization_id = given.organization_id
                    AND claim.lease_token = given.lease_token AND claim.session_id = given.session_id
                RETURNING given.organization_id, given.place),
            held AS MATERIALIZED (
                SELECT given.organization_id, given.place
                FROM given
                JOIN task_claims claim ON claim.organization_id = given.organization_id
                    AND claim.lease_token = given.lease_token AND claim.session_id = given.session_id
                WHERE NOT given.is_over
                FOR KEY SHARE OF claim),
            leased AS (
                SELECT * FROM over
                UNION ALL
                SELECT * FROM held),
            completed AS (
                UPDATE tasks task
                SET state = 'completed',
                    result = done.result::jsonb,
                    error = NULL,
                    worker = :worker,
                    started_at = to_timestamp(done.started / 1e6),
                    ended_at = clock_timestamp()
                FROM unnest(:places, :ids, :fences, :starts, :results) AS done (place, id, fence, started, result)
                JOIN leased ON leased.place = done.place
                WHERE task.organization_id = leased.organization_id AND task.id = done.id
                    AND task.state = 'open' AND task.fence = done.fence - 1
                RETURNING task.id, task.links)
            SELECT CASE WHEN count(*) < :size THEN array_agg(id) ELSE '{}' END AS completed,
                count(*) AS size,
                array_agg(id) FILTER (WHERE links <> 0) AS linked
            FROM completed
            """;

    private static final String SETTLE = """
            SELECT task_settle(organization_id, id)::text
            FROM unnest(:organizations, :ids) AS done (organization_id, id)
            """;

    private static final String END_OTHERWISE = """
            SELECT ended.id
            FROM unnest(:organizations, :tokens, :ids, :fences, :outcomes, :texts, :seconds, :starts)
                AS ended (organization_id, lease_token, id, fence, outcome, why, seconds, started)
            WHERE set_config('lock_timeout', '100ms', true) IS NOT NULL
                AND task_attempt_ended(organization_id, lease_token, id, fence, outcome, why,
                    make_interval(secs => seconds), to_timestamp(started / 1e6))
            """;

    private static final String TRY_END = """
            SELECT ended.id, task_try_end(organization_id, lease_token, id, fence, outcome, what,
                make_interval(secs => seconds), to_timestamp(started / 1e6)) AS answer
            FROM unnest(:organizations, :tokens, :ids, :fences, :outcomes, :texts, :seconds, :starts)
                AS ended (organization_id, lease_token, id, fence, outcome, what, seconds, started)
            """;

    private static final String CLOSE = """
            SELECT task_claim_close(organization_id, lease_token)::text
            FROM unnest(:organizations, :tokens) AS claim (organization_id, lease_token)
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
            FROM (
                SELECT told.*
                FROM unnest(:organizations, :ids, :fences, :fractions, :messages)
                    AS told (organization_id, id, fence, fraction, message)
                JOIN tasks task ON task.organization_id = told.organization_id AND task.id = told.id
                    AND task.state = 'open' AND task.fence = told.fence - 1
                FOR NO KEY UPDATE OF task SKIP LOCKED) AS told
            WHERE task.organization_id = told.organization_id AND task.id = told.id
            """;

    private final Database database;
    private final String worker;

    CompletionStore(Database database, String worker) {
        this.database = database;
        this.worker = worker;
    }

    /// @param refused the tasks whose ending was not accepted: their lease was lost, and nothing changed
    /// @param busy the tasks that somebody's transaction holds, so that their ends must wait; nothing changed
    /// @param isMoreClaimable whether other tasks, or the same again, may have become claimable by it
    record Ended(Set<UUID> refused, Set<UUID> busy, boolean isMoreClaimable) {
        /// Nobody may end these.
        static Ended none(List<Ending> endings) {
            return new Ended(ids(endings.stream()), Set.of(), false);
        }

        /// Those of them that need not wait.
        List<Ending> stored(List<Ending> endings) {
            return busy.isEmpty()
                    ? endings
                    : endings.stream()
                            .filter(ending -> !busy.contains(ending.task().id()))
                            .toList();
        }
    }

    private static Set<UUID> ids(Stream<Ending> endings) {
        return endings.map(ending -> ending.task().id()).collect(Collectors.toCollection(HashSet::new));
    }

    /// Ends these attempts, and the claims in `over`, whose last tasks they are; all or none. Fails as a conflict where
    /// others hold for long what it needs.
    Ended end(UUID session, List<Ending> endings, List<Claim> over) {
        List<Ending> sorted = endings.stream()
                .sorted(Comparator.comparing(ending -> ending.task().id()))
                .toList();
        List<Ending> completed = sorted.stream().filter(Ending::isCompleted).toList();
        List<Ending> others = sorted.stream().filter(Ending::isOtherwise).toList();
        return database.tryWrite(handle -> {
            Set<UUID> refused = new HashSet<>();
            if (!others.isEmpty()) {
                refused.addAll(ids(others.stream()));
                refused.removeAll(endOtherwise(handle, others));
            }
            Completed done = complete(handle, session, completed, over);
            if (done.size() < completed.size()) {
                refused.addAll(ids(completed.stream()));
                done.completed().forEach(refused::remove);
            }
            settle(handle, completed, Set.copyOf(done.linked()));
            return new Ended(
                    refused, Set.of(), !others.isEmpty() || !done.linked().isEmpty());
        });
    }

    private record Answer(UUID task, String word) {}

    /// Ends those of these attempts that nobody holds up, each for itself: slower, and waits for nobody.
    ///
    /// @param over the claims that are over with the ends it is given
    Ended tryEnd(List<Ending> endings, Function<List<Ending>, List<Claim>> over) {
        List<Ending> sorted = endings.stream()
                .filter(ending -> ending.isCompleted() || ending.isOtherwise())
                .sorted(Comparator.comparing(ending -> ending.task().id()))
                .toList();
        return database.write(handle -> {
            List<Answer> answers = endings(handle.createQuery(TRY_END), sorted)
                    .map((row, context) -> new Answer(Columns.uuid(row, "id"), row.getString("answer")))
                    .list();
            Ended ended = new Ended(tasks(answers, "lost"), tasks(answers, "busy"), true);
            close(handle, over.apply(ended.stored(endings)));
            return ended;
        });
    }

    private static Set<UUID> tasks(List<Answer> answers, String word) {
        return answers.stream()
                .filter(answer -> answer.word().equals(word))
                .map(Answer::task)
                .collect(Collectors.toCollection(HashSet::new));
    }

    private static void close(Handle handle, List<Claim> over) {
        handle.createQuery(CLOSE)
                .bindArray("organizations", UUID.class, column(over, Claim::organization))
                .bindArray("tokens", UUID.class, column(over, Claim::token))
                .mapTo(String.class)
                .list();
    }

    /// @param completed those that were, when that is not all of them
    /// @param linked those of them whose end changes something for others
    private record Completed(int size, List<UUID> completed, List<UUID> linked) {}

    private Completed complete(Handle handle, UUID session, List<Ending> completed, List<Claim> over) {
        Map<Claim, Integer> places = new LinkedHashMap<>();
        over.forEach(claim -> places.put(claim, places.size() + 1));
        List<Integer> placed =
                column(completed, ending -> places.computeIfAbsent(ending.task().claim(), any -> places.size() + 1));
        return handle.createQuery(COMPLETE)
                .bind("session", session)
                .bind("worker", worker)
                .bind("claimOrganizations", new UuidArray(column(places.keySet(), Claim::organization)))
                .bind("claimTokens", new UuidArray(column(places.keySet(), Claim::token)))
                .bind("over", array(places.values(), place -> place <= over.size(), Boolean[]::new))
                .bind("places", placed.toArray(Integer[]::new))
                .bind(
                        "ids",
                        new UuidArray(column(completed, ending -> ending.task().id())))
                .bind("fences", array(completed, ending -> ending.task().fence(), Long[]::new))
                .bind("starts", array(completed, CompletionStore::started, Long[]::new))
                .bind("results", array(completed, Ending::text, String[]::new))
                .bind("size", completed.size())
                .map((row, context) -> new Completed(
                        row.getInt("size"), Columns.uuids(row, "completed"), Columns.uuids(row, "linked")))
                .one();
    }

    private static void settle(Handle handle, List<Ending> completed, Set<UUID> linked) {
        if (!linked.isEmpty()) {
            List<Ending> some = completed.stream()
                    .filter(ending -> linked.contains(ending.task().id()))
                    .toList();
            handle.createQuery(SETTLE)
                    .bindArray(
                            "organizations",
                            UUID.class,
                            column(some, ending -> ending.task().organization()))
                    .bindArray(
                            "ids",
                            UUID.class,
                            column(some, ending -> ending.task().id()))
                    .mapTo(String.class)
                    .list();
        }
    }

    private static List<UUID> endOtherwise(Handle handle, List<Ending> endings) {
        return endings(handle.createQuery(END_OTHERWISE), endings)
                .mapTo(UUID.class)
                .list();
    }

    private static <S extends SqlStatement<S>> S endings(S statement, List<Ending> endings) {
        return tasks(statement, endings)
                .bindArray("outcomes", String.class, column(endings, Ending::outcome))
                .bindArray("texts", String.class, column(endings, Ending::text))
                .bindArray("seconds", Double.class, column(endings, ending -> Columns.seconds(ending.again())))
                .bindArray("starts", Long.class, column(endings, CompletionStore::started));
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
