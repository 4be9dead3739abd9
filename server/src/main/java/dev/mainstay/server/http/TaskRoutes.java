package dev.mainstay.server.http;

import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.OrganizationDatabase;
import dev.mainstay.server.auth.Access;
import dev.mainstay.task.QueueQueries;
import dev.mainstay.task.TaskDetail;
import dev.mainstay.task.TaskFilter;
import dev.mainstay.task.TaskPage;
import dev.mainstay.task.TaskQueries;
import dev.mainstay.task.TaskSearch;
import dev.mainstay.task.TaskSpan;
import dev.mainstay.task.TaskTimeline;
import dev.mainstay.task.TaskView;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Tasks as they stand: the list, one of them, its life and its children. Thread-safe.
final class TaskRoutes {
    static final String TASKS = "/api/v1/tasks";
    static final String TASK = TASKS + "/{id}";
    private static final int MOST = 1_000;
    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private final Database database;
    private final InstantSource clock;

    TaskRoutes(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    List<Route> routes() {
        return List.of(
                Route.get(TASKS, Access.VIEWER, this::list),
                Route.get(TASK, Access.VIEWER, this::describe),
                Route.get(TASK + "/children", Access.VIEWER, this::children),
                Route.get(TASK + "/timeline", Access.VIEWER, this::timeline));
    }

    /// The identifier in the path; what cannot be one is of no task.
    static UUID id(Request request) {
        String id = request.path("id");
        if (!ID.matcher(id).matches()) {
            throw notFound(id);
        }
        return UUID.fromString(id);
    }

    static Refusal notFound(String id) {
        return Refusal.notFound("task", id, "GET /api/v1/tasks");
    }

    private OrganizationDatabase screens(Request request) {
        return database.api(request.organization()).forScreens();
    }

    private UUID known(Request request) {
        UUID id = id(request);
        if (!TaskQueries.exists(screens(request), id)) {
            throw notFound(id.toString());
        }
        return id;
    }

    private Answer list(Request request) {
        TaskFilter filter = TaskFilters.of(request, clock.instant());
        requireQueue(screens(request), filter);
        return page(database, request, filter);
    }

    /// Refuses a filter that names a queue nobody ever enqueued in.
    static void requireQueue(OrganizationDatabase database, TaskFilter filter) {
        String queue = filter.queue();
        if (queue != null && !QueueQueries.exists(database, queue)) {
            throw QueueRoutes.notFound(queue);
        }
    }

    private Answer children(Request request) {
        return page(database, request, TaskFilter.ALL.withParent(known(request)));
    }

    private record Listed(
            List<TaskView> items,
            @Nullable String next,
            @Nullable Instant searchedTo) {}

    static Answer page(Database database, Request request, TaskFilter filter) {
        int limit = request.limit(100, MOST);
        Optional<UUID> begin = Cursor.in(request, "tasks", 1, parts -> UUID.fromString(parts.getFirst()));
        OrganizationDatabase screens = database.api(request.organization()).forScreens();
        TaskPage page = new TaskSearch(screens, MonotonicClock.system()).page(filter, begin.orElse(null), limit);
        UUID next = page.next();
        return Answer.json(new Listed(page.items(), next == null ? null : Cursor.of("tasks", next), page.searchedTo()));
    }

    private Answer describe(Request request) {
        UUID id = id(request);
        TaskDetail detail = TaskQueries.find(screens(request), id).orElseThrow(() -> notFound(id.toString()));
        return Answer.json(detail);
    }

    private Answer timeline(Request request) {
        UUID id = known(request);
        int limit = request.limit(100, MOST);
        Instant now = clock.instant();
        Optional<TaskTimeline.After> after = Cursor.in(
                request,
                "timeline",
                3,
                parts -> new TaskTimeline.After(
                        Instant.parse(parts.get(0)), Integer.parseInt(parts.get(1)), Long.parseLong(parts.get(2))));
        List<TaskSpan> spans = TaskTimeline.page(
                screens(request), id, request.moment("from", now), request.moment("to", now), after, limit + 1);
        return Answer.json(Page.of(spans, limit, TaskRoutes::cursor));
    }

    private static String cursor(TaskSpan span) {
        TaskTimeline.After end = TaskTimeline.After.of(span);
        return Cursor.of("timeline", end.startedAt(), end.rank(), end.number());
    }
}
