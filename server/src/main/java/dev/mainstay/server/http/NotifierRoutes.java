package dev.mainstay.server.http;

import dev.mainstay.alert.NotificationLog;
import dev.mainstay.alert.NotifierDesk;
import dev.mainstay.postgres.Database;
import dev.mainstay.server.auth.Access;
import java.util.List;
import java.util.UUID;

/// Who can be told, a way to try it, and what was told. Thread-safe.
final class NotifierRoutes {
    private static final String NOTIFIERS = "/api/v1/notifiers";
    private static final int MOST = 1_000;

    private final Database database;
    private final NotifierDesk desk;

    NotifierRoutes(Database database, NotifierDesk desk) {
        this.database = database;
        this.desk = desk;
    }

    List<Route> routes() {
        return List.of(
                Route.get(NOTIFIERS, Access.VIEWER, this::list),
                Route.post(NOTIFIERS + "/{name}/test", Access.OPERATOR, this::test),
                Route.get("/api/v1/notifications", Access.VIEWER, this::history));
    }

    private record NotifierJson(String name) {}

    private Answer list(Request request) {
        return Answer.json(
                Page.whole(desk.names().stream().map(NotifierJson::new).toList()));
    }

    private Answer test(Request request) throws InterruptedException {
        String name = request.path("name");
        desk.named(name);
        request.body(fields -> fields);
        return Answer.json(desk.test(database.api(request.organization()), name));
    }

    private Answer history(Request request) {
        int limit = request.limit(100, MOST);
        List<NotificationLog.Entry> page = new NotificationLog(database.api(request.organization()))
                .list(
                        request.choice("state", NotificationLog.State.values(), NotificationLog.State::word),
                        request.query("notifier"),
                        request.query("alert").map(NotifierRoutes::alert),
                        Cursor.in(request, "notifications", 1, parts -> UUID.fromString(parts.getFirst())),
                        limit + 1);
        return Answer.json(Page.of(
                page, limit, entry -> Cursor.of("notifications", entry.id().toString())));
    }

    private static UUID alert(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw Refusal.parameter("alert", "must be the id of an alert");
        }
    }
}
