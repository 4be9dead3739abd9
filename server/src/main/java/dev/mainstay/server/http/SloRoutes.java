package dev.mainstay.server.http;

import dev.mainstay.postgres.Database;
import dev.mainstay.server.auth.Access;
import dev.mainstay.slo.Slo;
import dev.mainstay.slo.SloDesk;
import dev.mainstay.slo.Urgency;
import java.util.List;

/// Service-level objectives: what is promised and how it stands. Thread-safe.
final class SloRoutes {
    private static final String SLOS = "/api/v1/slos";
    private static final String SLO = SLOS + "/{name}";
    private static final int MOST = 1_000;

    private final Database database;

    SloRoutes(Database database) {
        this.database = database;
    }

    List<Route> routes() {
        return List.of(
                Route.get(SLOS, Access.VIEWER, this::list),
                Route.post(SLOS, Access.OPERATOR, this::put),
                Route.get(SLO, Access.VIEWER, this::describe),
                Route.delete(SLO, Access.OPERATOR, this::remove));
    }

    private SloDesk desk(Request request) {
        return new SloDesk(database.api(request.organization()));
    }

    private Answer list(Request request) {
        int limit = request.limit(100, MOST);
        List<SloJson> page = desk(request)
                .list(
                        request.query("agent"),
                        request.query("queue"),
                        request.choice("urgency", Urgency.values(), Urgency::word),
                        Cursor.in(request, "slos", 1, List::getFirst),
                        limit + 1)
                .stream()
                .map(SloJson::of)
                .toList();
        return Answer.json(Page.of(page, limit, slo -> Cursor.of("slos", slo.name())));
    }

    private Answer describe(Request request) {
        return Answer.json(one(request, request.path("name")));
    }

    private SloJson one(Request request, String name) {
        return desk(request).find(name).map(SloJson::of).orElseThrow(() -> SloDesk.unknown(name));
    }

    private Answer put(Request request) {
        Slo slo = request.body(SloJson::read);
        boolean isNew = desk(request).put(slo);
        return Answer.json(isNew ? 201 : 200, one(request, slo.name()));
    }

    private Answer remove(Request request) {
        desk(request).remove(request.path("name"));
        return Answer.empty(204);
    }
}
