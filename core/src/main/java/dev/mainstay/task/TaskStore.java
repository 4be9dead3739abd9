package dev.mainstay.task;

import static dev.mainstay.postgres.Columns.column;

import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.OrganizationDatabase;
import dev.mainstay.postgres.UuidArray;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
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

    /// One after the other in the order given, since a later one may stand in line behind an earlier one.
    private static final String ENQUEUE = """
            SELECT enqueued.id, enqueued.is_new
            FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WITH ORDINALITY
                AS task (id, type, queue, payload, priority, due, delay, time_to_live, unique_key, kept, ordering_key,
                    parent, needs, tags, attempts, place)
            CROSS JOIN LATERAL SCHEMA.task_enqueue(tenant => ?, by_actor => ?, task_type => task.type,
                task_payload => task.payload::jsonb, task_queue => task.queue, task => task.id,
                task_priority => task.priority::smallint, due => task.due, delay => make_interval(secs => task.delay),
                time_to_live => make_interval(secs => task.time_to_live), key => task.unique_key,
                key_kept => make_interval(secs => task.kept), ordering => task.ordering_key, parent => task.parent,
                needs => task.needs::uuid[], task_tags => string_to_array(nullif(task.tags, ''), E'\\x1f'),
                most_attempts => task.attempts) AS enqueued
            ORDER BY task.place
            """;

    private static final String TAG_SEPARATOR = "\u001f";

    private final Database database;
    private final InstantSource clock;
    private final Map<Lane, Integer> lanes = new ConcurrentHashMap<>();
    private final List<Column> columns;

    TaskStore(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
        this.columns = List.of(
                new Column("uuid", task -> TaskId.at(clock.instant())),
                new Column("text", NewTask::type),
                new Column("text", NewTask::queue),
                new Column("text", task -> Payload.text("payload", task.payload())),
                new Column("int4", task -> task.priority().stored()),
                new Column("timestamptz", NewTask::dueAt),
                new Column("float8", task -> seconds(task.delay())),
                new Column("float8", task -> seconds(task.timeToLive())),
                new Column("text", NewTask::uniqueKey),
                new Column("float8", task -> seconds(task.keyKept())),
                new Column("text", NewTask::orderingKey),
                new Column("uuid", NewTask::parent),
                new Column("text", TaskStore::needs),
                new Column("text", TaskStore::tags),
                new Column("int4", NewTask::attempts));
    }

    private static String needs(NewTask task) {
        return task.needs().stream().map(UUID::toString).collect(Collectors.joining(",", "{", "}"));
    }

    /// What of a task goes into the array of one parameter.
    private record Column(String type, Function<NewTask, @Nullable Object> value) {}

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
        giveLanes(organization, tasks);
        return TaskLink.checked(() -> database.write(handle -> enqueueAll(handle, organization, tasks, null)));
    }

    /// The same as a request of the organization, in the name of `actor`.
    List<Enqueued> enqueueAll(OrganizationDatabase requests, List<NewTask> tasks, String actor) {
        giveLanes(requests.organization(), tasks);
        return TaskLink.checked(
                () -> requests.write(handle -> enqueueAll(handle, requests.organization(), tasks, actor)));
    }

    private List<Enqueued> enqueueAll(Handle handle, UUID organization, List<NewTask> tasks, @Nullable String actor) {
        return tasks.stream().allMatch(NewTask::isPlain)
                ? column(insert(handle, organization, tasks, actor), id -> new Enqueued(id, true))
                : enqueue(handle, organization, tasks, actor);
    }

    /// In transactions of their own, lest all who enqueue the first of a type wait for the end of this one.
    private void giveLanes(UUID organization, List<NewTask> tasks) {
        tasks.forEach(task -> lane(organization, task.queue(), task.type()));
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
                .bindArray("tags", String.class, column(tasks, TaskStore::tags))
                .bindArray("attempts", Integer.class, column(tasks, TaskStore::attempts))
                .execute();
        return ids;
    }

    static String tags(NewTask task) {
        return String.join(TAG_SEPARATOR, task.tags());
    }

    /// 0 where the task does not say.
    static int attempts(NewTask task) {
        Integer attempts = task.attempts();
        return attempts == null ? 0 : attempts;
    }

    private List<Enqueued> enqueue(Handle handle, UUID organization, List<NewTask> tasks, @Nullable String actor) {
        try {
            return enqueue(handle.getConnection(), organization, tasks, actor);
        } catch (SQLException e) {
            throw (JdbiException) new UnableToExecuteStatementException(e.getMessage()).initCause(e);
        }
    }

    /// Any tasks, in the order given, in the transaction of a connection that is not ours.
    List<Enqueued> enqueue(Connection connection, UUID organization, List<NewTask> tasks) throws SQLException {
        giveLanes(organization, tasks);
        return enqueue(connection, organization, tasks, null);
    }

    private List<Enqueued> enqueue(
            Connection connection, UUID organization, List<NewTask> tasks, @Nullable String actor) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ENQUEUE.replace("SCHEMA", database.schema()))) {
            int parameter = bind(statement, tasks);
            statement.setObject(++parameter, organization);
            statement.setString(++parameter, actor);
            List<Enqueued> enqueued = new ArrayList<>(tasks.size());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    enqueued.add(new Enqueued(row.getObject(1, UUID.class), row.getBoolean(2)));
                }
            }
            return enqueued;
        }
    }

    /// The last parameter that was bound.
    private int bind(PreparedStatement statement, List<NewTask> tasks) throws SQLException {
        int last = 0;
        for (Column column : columns) {
            Object[] values = tasks.stream().map(column.value()).toArray();
            statement.setArray(++last, statement.getConnection().createArrayOf(column.type(), values));
        }
        return last;
    }

    private static @Nullable Double seconds(@Nullable Duration duration) {
        return duration == null ? null : Columns.seconds(duration);
    }
}
