package dev.mainstay.task;

import static dev.mainstay.postgres.Columns.array;
import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.UuidArray;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Stores plain tasks, many in one transaction, and claims some of them with it. Thread-safe.
final class ArrivalStore {
    private static final String ENQUEUE = """
            WITH task AS MATERIALIZED (
                SELECT task.*, task.is_asked AND session.session_id IS NOT NULL AND queue.name IS NOT NULL AS is_mine
                FROM unnest(:organizations, :ids, :lanes, :queues, :priorities, :payloads, :tags, :attempts, :asked)
                    WITH ORDINALITY AS task (organization_id, id, lane_id, queue, priority, payload, tags, attempts,
                        is_asked, place)
                LEFT JOIN node_sessions session ON session.session_id = :session::uuid AND session.ended_at IS NULL
                    AND session.expires_at > clock_timestamp()
                LEFT JOIN queues queue ON queue.organization_id = task.organization_id AND queue.name = task.queue
                    AND NOT queue.paused),
            stored AS (
                INSERT INTO tasks (organization_id, id, lane_id, priority, payload, tags, max_attempts)
                SELECT organization_id, id, lane_id, priority, payload::jsonb,
                    string_to_array(nullif(tags, ''), E'\\x1f'), nullif(attempts, 0)
                FROM task),
            otherwise AS (
                INSERT INTO task_ready (lane_id, rank, organization_id, task_id)
                SELECT lane_id, priority * 2 + 1, organization_id, id
                FROM task
                WHERE NOT is_mine
                ORDER BY place)
            INSERT INTO task_claims (organization_id, lease_token, session_id, worker, lane_id, task_ids)
            SELECT organization_id, gen_random_uuid(), :session::uuid, :worker, lane_id,
                array_agg(id ORDER BY place)
            FROM task
            WHERE is_mine
            GROUP BY organization_id, lane_id
            RETURNING organization_id, lease_token, task_ids
            """;

    private final Database database;
    private final String worker;

    ArrivalStore(Database database, String worker) {
        this.database = database;
        this.worker = worker;
    }

    /// One that begins with the commit that stored it.
    record Begun(Arrival arrival, ClaimedTask task) {}

    /// Stores all of them, or none when it throws; those that were claimed. All others are claimable.
    ///
    /// @param asked those to be claimed, as long as the session lives and their queue is not paused
    List<Begun> store(@Nullable UUID session, List<Arrival> arrivals, Set<Arrival> asked) {
        AtomicBoolean isSent = new AtomicBoolean();
        try {
            return database.statement(handle -> {
                isSent.set(true);
                return insert(handle, session, arrivals, asked);
            });
        } catch (RuntimeException e) {
            if (Database.isConflict(e)) {
                return database.write(handle -> insert(handle, session, arrivals, asked));
            }
            if (isSent.get() && Database.isUnanswered(e)) {
                return storeAgain(arrivals, e);
            }
            throw e;
        }
    }

    /// They may be stored or not. They have their identifiers already, so that a second time tells; what the first time
    /// claimed is claimable again when this node is seen not to know of it.
    private List<Begun> storeAgain(List<Arrival> arrivals, RuntimeException unanswered) {
        try {
            return database.write(handle -> insert(handle, null, arrivals, Set.of()));
        } catch (RuntimeException e) {
            if (Database.isDuplicate(e)) {
                return List.of();
            }
            if (Database.refusedValues(e)) {
                throw e;
            }
            unanswered.addSuppressed(e);
            throw new MainstayException(
                    ErrorCode.COMMIT_UNKNOWN,
                    "the connection was lost while tasks were being stored: they may have been or not",
                    unanswered);
        }
    }

    private List<Begun> insert(Handle handle, @Nullable UUID session, List<Arrival> arrivals, Set<Arrival> asked) {
        Map<UUID, Arrival> known = arrivals.stream().collect(Collectors.toMap(Arrival::id, Function.identity()));
        return handle
                .createQuery(ENQUEUE)
                .bind("organizations", new UuidArray(column(arrivals, Arrival::organization)))
                .bind("ids", new UuidArray(column(arrivals, Arrival::id)))
                .bind("lanes", array(arrivals, Arrival::lane, Integer[]::new))
                .bind("queues", array(arrivals, arrival -> arrival.task().queue(), String[]::new))
                .bind(
                        "priorities",
                        array(arrivals, arrival -> arrival.task().priority().stored(), Integer[]::new))
                .bind("payloads", array(arrivals, Arrival::payload, String[]::new))
                .bind("tags", array(arrivals, arrival -> TaskStore.tags(arrival.task()), String[]::new))
                .bind("attempts", array(arrivals, arrival -> TaskStore.attempts(arrival.task()), Integer[]::new))
                .bind("asked", array(arrivals, asked::contains, Boolean[]::new))
                .bind("session", session)
                .bind("worker", worker)
                .map((row, context) -> begun(row, Objects.requireNonNull(session), known))
                .list()
                .stream()
                .flatMap(List::stream)
                .toList();
    }

    private static List<Begun> begun(ResultSet row, UUID session, Map<UUID, Arrival> known) throws SQLException {
        Claim claim = new Claim(Columns.uuid(row, "organization_id"), Columns.uuid(row, "lease_token"), session);
        List<UUID> ids = Columns.uuids(row, "task_ids");
        ids.forEach(id -> claim.added());
        return column(ids, id -> begun(claim, Objects.requireNonNull(known.get(id))));
    }

    private static Begun begun(Claim claim, Arrival arrival) {
        NewTask task = arrival.task();
        int rank = 2 * task.priority().stored() + 1;
        return new Begun(
                arrival,
                new ClaimedTask(
                        claim,
                        arrival.id(),
                        arrival.lane(),
                        rank,
                        0,
                        arrival.payload(),
                        1,
                        0,
                        0,
                        task.attempts(),
                        false));
    }
}
