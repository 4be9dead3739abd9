package dev.mainstay.server.http;

import dev.mainstay.postgres.Database;
import dev.mainstay.server.auth.Access;
import dev.mainstay.task.QueueQueries;
import dev.mainstay.task.QueueView;
import java.util.List;

/// Queues: how they stand. Thread-safe.
final class QueueRoutes {
    static final String QUEUES = "/api/v1/queues";
    static final String QUEUE = QUEUES + "/{name}";
    private static final int MOST = 1_000;

    private final Database database;

    QueueRoutes(Database database) {
        this.database = database;
    }

    List<Route> routes() {
        return List.of(Route.get(QUEUES, Access.VIEWER, this::list), Route.get(QUEUE, Access.VIEWER, this::describe));
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
        String name = request.path("name");
        return all(request).stream()
                .filter(queue -> queue.name().equals(name))
                .findFirst()
                .map(Answer::json)
                .orElseThrow(() -> Refusal.notFound("queue", name, "GET /api/v1/queues"));
    }
}
