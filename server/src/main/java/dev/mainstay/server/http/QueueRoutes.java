package dev.mainstay.server.http;

import dev.mainstay.postgres.Database;
import dev.mainstay.server.auth.Access;
import dev.mainstay.task.QueueLimit;
import dev.mainstay.task.QueueQueries;
import dev.mainstay.task.QueueView;
import dev.mainstay.task.TaskBulk;
import dev.mainstay.task.TaskDesk;
import dev.mainstay.task.TaskDesks;
import dev.mainstay.task.TaskFilter;
import dev.mainstay.task.TaskState;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Queues: how they stand, and what people want of them. Thread-safe.
final class QueueRoutes {
    static final String QUEUES = "/api/v1/queues";
    static final String QUEUE = QUEUES + "/{name}";
    private static final String LIMITS = "/api/v1/limits";
    private static final int MOST = 1_000;

    private static final Duration LONGEST_PERIOD = Duration.ofDays(1);

    private final Database database;
    private final TaskDesks desks;

    QueueRoutes(Database database, TaskDesks desks) {
        this.database = database;
        this.desks = desks;
    }

    List<Route> routes() {
        return List.of(
                Route.get(QUEUES, Access.VIEWER, this::list),
                Route.get(QUEUE, Access.VIEWER, this::describe),
                Route.get(QUEUE + "/dead-letters", Access.VIEWER, this::deadLetters),
                Route.post(QUEUE + "/pause", Access.OPERATOR, this::pause),
                Route.post(QUEUE + "/resume", Access.OPERATOR, this::resume),
                Route.put(QUEUE + "/limits", Access.OPERATOR, this::limit),
                Route.post(QUEUE + "/redrive", Access.OPERATOR, this::redrive),
                Route.get(LIMITS, Access.VIEWER, request -> Answer.json(ofAll(request))),
                Route.put(LIMITS, Access.OPERATOR, this::limitAll));
    }

    private TaskDesk desk(Request request) {
        return desks.of(request.organization(), request.caller().actor());
    }

    private List<QueueView> all(Request request) {
        return QueueQueries.all(database.api(request.organization()).forScreens());
    }

    private Answer list(Request request) {
        String after = Cursor.in(request, "queues", 1, List::getFirst).orElse("");
        int limit = request.limit(100, MOST);
        List<QueueView> page = all(request).stream()
                .filter(queue -> queue.name().compareTo(after) > 0)
                .limit(limit + 1L)
                .toList();
        return Answer.json(Page.of(page, limit, queue -> Cursor.of("queues", queue.name())));
    }

    private Answer describe(Request request) {
        return Answer.json(known(request));
    }

    private QueueView known(Request request) {
        String name = request.path("name");
        return QueueQueries.all(database.api(request.organization())).stream()
                .filter(queue -> queue.name().equals(name))
                .findFirst()
                .orElseThrow(() -> notFound(name));
    }

    static Refusal notFound(String name) {
        return Refusal.notFound("queue", name, "GET /api/v1/queues");
    }

    private Answer deadLetters(Request request) {
        return TaskRoutes.page(database, request, dead(known(request).name()));
    }

    private static TaskFilter dead(String queue) {
        return TaskFilter.ALL.withStates(TaskState.DEAD).withQueue(queue);
    }

    private Answer pause(Request request) {
        return changed(request, desk(request).pause(request.path("name"), request.body(Bodies::reason)));
    }

    private Answer resume(Request request) {
        return changed(request, desk(request).resume(request.path("name"), request.body(Bodies::reason)));
    }

    private record Limits(QueueLimit limit, String reason) {}

    private Answer limit(Request request) {
        Limits asked = request.body(fields -> new Limits(limits(fields), Bodies.reason(fields)));
        return changed(request, desk(request).limit(request.path("name"), asked.limit, asked.reason));
    }

    /// What holds for all queues of the organization together.
    private record OfAll(QueueView.@Nullable Limits limits) {}

    private OfAll ofAll(Request request) {
        return new OfAll(
                QueueQueries.limitsOfAll(database.api(request.organization())).orElse(null));
    }

    private Answer limitAll(Request request) {
        Limits asked = request.body(fields -> new Limits(limits(fields), Bodies.reason(fields)));
        desk(request).limitAll(asked.limit, asked.reason);
        return Answer.json(ofAll(request));
    }

    private static QueueLimit limits(Fields fields) {
        long concurrency = fields.whole("concurrency", 1, Integer.MAX_VALUE, 0);
        long rate = fields.whole("rate", 1, Integer.MAX_VALUE, 0);
        Duration period = fields.duration("period", Duration.ofMillis(1), LONGEST_PERIOD, Duration.ofSeconds(1));
        return new QueueLimit(
                concurrency == 0 ? null : Math.toIntExact(concurrency),
                rate == 0 ? null : Math.toIntExact(rate),
                period);
    }

    private Answer changed(Request request, boolean isThere) {
        if (!isThere) {
            throw notFound(request.path("name"));
        }
        return Answer.json(known(request));
    }

    private record Redrive(
            String reason, boolean isPreview, @Nullable String cursor) {}

    private Answer redrive(Request request) {
        Redrive asked = request.body(fields ->
                new Redrive(Bodies.reason(fields), fields.flag("preview", false), fields.optionalText("cursor", 500)));
        TaskFilter filter = dead(known(request).name());
        return TaskBulkRoutes.run(
                desks, request, TaskBulk.Command.RETRY, filter, asked.reason, asked.isPreview, asked.cursor);
    }
}
