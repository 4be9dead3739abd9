package dev.mainstay.task;

import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.OrganizationDatabase;
import dev.mainstay.postgres.UuidArray;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/// Puts tasks into the database. Thread-safe.
final class TaskStore {
    private static final String INSERT = """
            WITH task AS (
                SELECT *
                FROM unnest(:ids, :lanes, :priorities, :payloads, :tags, :attempts)
                    AS task (id, lane_id, priority, payload, tags, attempts)),
            stored AS (
                INSERT INTO tasks (organization_id, id, lane_id, priority, payload, tags, max_attempts, actor)
                SELECT :organization, id, lane_id, priority, payload::jsonb,
                    string_to_array(nullif(tags, ''), E'\\x1f'), nullif(attempts, 0), :actor
                FROM task)
            INSERT INTO task_ready (lane_id, rank, organization_id, task_id)
            SELECT lane_id, priority * 2 + 1, :organization, id
            FROM task
            """;

    private static final String ENQUEUE = """
            SELECT id, is_new
            FROM task_enqueue(tenant => :organization, task_type => :type, task_payload => :payload::jsonb,
                task_queue => :queue, task => :id, task_priority => :priority::smallint, due => :due::timestamptz,
                delay => make_interval(secs => :delay::double precision),
                time_to_live => make_interval(secs => :timeToLive::double precision),
                key => :uniqueKey, key_kept => make_interval(secs => :keyKept::double precision),
                ordering => :orderingKey, parent => :parent::uuid, needs => :needs,
                task_tags => :tags, most_attempts => :attempts::integer, by_actor => :actor)
            """;

    private static final String ENQUEUE_ELSEWHERE = """
            SELECT id, is_new
            FROM SCHEMA.task_enqueue(tenant => ?, task_type => ?, task_payload => ?::jsonb, task_queue => ?, task => ?,
                task_priority => ?::smallint, due => ?::timestamptz,
                delay => make_interval(secs => ?), time_to_live => make_interval(secs => ?),
                key => ?, key_kept => make_interval(secs => ?),
                ordering => ?, parent => ?, needs => ?, task_tags => ?, most_attempts => ?)
            """;

    /// What task_enqueue says of a parent or needed task that is not there.
    private static final String UNKNOWN_LINK = "MS010";

    private static final String TAG_SEPARATOR = "\u001f";

    private final Database database;
    private final InstantSource clock;
    private final Map<Lane, Integer> lanes = new ConcurrentHashMap<>();

    TaskStore(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    private record Lane(UUID organization, String queue, String type) {}

    /// The number of a queue's tasks of one type; given at its first task.
    int lane(UUID organization, String queue, String type) {
        return lanes.computeIfAbsent(
                new Lane(organization, queue, type),
                lane -> database.write(handle -> handle.createQuery("SELECT task_lane(:organization, :queue, :type)")
                        .bind("organization", organization)
                        .bind("queue", queue)
                        .bind("type", type)
                        .mapTo(Integer.class)
                        .one()));
    }

    /// All or none, in one transaction, in the order given.
    List<Enqueued> enqueueAll(UUID organization, List<NewTask> tasks) {
        return linked(() -> database.write(handle -> enqueueAll(handle, organization, tasks, null)));
    }

    /// The same as a request of the organization, in the name of `actor`.
    List<Enqueued> enqueueAll(OrganizationDatabase requests, List<NewTask> tasks, String actor) {
        return linked(() -> requests.write(handle -> enqueueAll(handle, requests.organization(), tasks, actor)));
    }

    private List<Enqueued> enqueueAll(Handle handle, UUID organization, List<NewTask> tasks, @Nullable String actor) {
        return tasks.stream().allMatch(NewTask::isPlain)
                ? column(insert(handle, organization, tasks, actor), id -> new Enqueued(id, true))
                : column(tasks, task -> enqueue(handle, organization, task, actor));
    }

    private static <R> R linked(Supplier<R> enqueueing) {
        try {
            return enqueueing.get();
        } catch (JdbiException e) {
            if (e.getCause() instanceof SQLException sql && UNKNOWN_LINK.equals(sql.getSQLState())) {
                String said = String.valueOf(sql.getMessage()).replaceFirst("^ERROR: ", "");
                throw new MainstayException(
                        ErrorCode.TASK_LINK, said.lines().findFirst().orElse(said), e);
            }
            throw e;
        }
    }

    /// Tasks that need no more than their two rows, in the order given; the identifiers in that order.
    List<UUID> insert(Handle handle, UUID organization, List<NewTask> tasks) {
        return insert(handle, organization, tasks, null);
    }

    private List<UUID> insert(Handle handle, UUID organization, List<NewTask> tasks, @Nullable String actor) {
        List<UUID> ids = new ArrayList<>(tasks.size());
        tasks.forEach(task -> ids.add(TaskId.at(clock.instant())));
        handle.createUpdate(INSERT)
                .bind("organization", organization)
                .bind("actor", actor)
                .bind("ids", new UuidArray(ids))
                .bindArray("lanes", Integer.class, column(tasks, task -> lane(organization, task.queue(), task.type())))
                .bindArray(
                        "priorities",
                        Integer.class,
                        column(tasks, task -> task.priority().stored()))
                .bindArray("payloads", String.class, column(tasks, task -> Payload.text("payload", task.payload())))
                .bindArray("tags", String.class, column(tasks, task -> String.join(TAG_SEPARATOR, task.tags())))
                .bindArray("attempts", Integer.class, column(tasks, TaskStore::attempts))
                .execute();
        return ids;
    }

    private static int attempts(NewTask task) {
        Integer attempts = task.attempts();
        return attempts == null ? 0 : attempts;
    }

    /// Any task.
    private Enqueued enqueue(Handle handle, UUID organization, NewTask task, @Nullable String actor) {
        return handle.createQuery(ENQUEUE)
                .bind("organization", organization)
                .bind("actor", actor)
                .bind("type", task.type())
                .bind("payload", Payload.text("payload", task.payload()))
                .bind("queue", task.queue())
                .bind("id", TaskId.at(clock.instant()))
                .bind("priority", task.priority().stored())
                .bind("due", task.dueAt() == null ? null : task.dueAt().atOffset(ZoneOffset.UTC))
                .bind("delay", seconds(task.delay()))
                .bind("timeToLive", seconds(task.timeToLive()))
                .bind("uniqueKey", task.uniqueKey())
                .bind("keyKept", seconds(task.keyKept()))
                .bind("orderingKey", task.orderingKey())
                .bind("parent", task.parent())
                .bindArray("needs", UUID.class, task.needs())
                .bindArray("tags", String.class, task.tags())
                .bind("attempts", task.attempts())
                .map((row, context) -> new Enqueued(row.getObject(1, UUID.class), row.getBoolean(2)))
                .one();
    }

    /// Any task, in the transaction of a connection that is not ours. Its lane is given in one of ours before:
    /// all who enqueue the first of a type would else wait for the caller.
    Enqueued enqueue(Connection connection, UUID organization, NewTask task) throws SQLException {
        lane(organization, task.queue(), task.type());
        try (PreparedStatement statement =
                connection.prepareStatement(ENQUEUE_ELSEWHERE.replace("SCHEMA", database.schema()))) {
            statement.setObject(1, organization);
            statement.setString(2, task.type());
            statement.setString(3, Payload.text("payload", task.payload()));
            statement.setString(4, task.queue());
            statement.setObject(5, TaskId.at(clock.instant()));
            statement.setInt(6, task.priority().stored());
            statement.setObject(7, task.dueAt() == null ? null : task.dueAt().atOffset(ZoneOffset.UTC));
            statement.setObject(8, seconds(task.delay()), Types.DOUBLE);
            statement.setObject(9, seconds(task.timeToLive()), Types.DOUBLE);
            statement.setString(10, task.uniqueKey());
            statement.setObject(11, seconds(task.keyKept()), Types.DOUBLE);
            statement.setString(12, task.orderingKey());
            statement.setObject(13, task.parent());
            statement.setArray(14, connection.createArrayOf("uuid", task.needs().toArray()));
            statement.setArray(15, connection.createArrayOf("text", task.tags().toArray()));
            statement.setObject(16, task.attempts(), Types.INTEGER);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new Enqueued(row.getObject(1, UUID.class), row.getBoolean(2));
            }
        }
    }

    private static @Nullable Double seconds(@Nullable Duration duration) {
        return duration == null ? null : duration.toNanos() / 1e9;
    }
}
