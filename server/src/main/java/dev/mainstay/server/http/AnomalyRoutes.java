package dev.mainstay.server.http;

import dev.mainstay.anomaly.watch.Anomaly;
import dev.mainstay.anomaly.watch.AnomalyQueries;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.OrganizationDatabase;
import dev.mainstay.server.auth.Access;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// What was found to be unusual, and why. Thread-safe.
final class AnomalyRoutes {
    static final String LASTING = "lasting";
    static final String ENDED = "ended";

    private static final String ANOMALIES = "/api/v1/anomalies";
    private static final int MOST = 1_000;

    private final Database database;
    private final InstantSource clock;

    AnomalyRoutes(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    List<Route> routes() {
        return List.of(
                Route.get(ANOMALIES, Access.VIEWER, this::list),
                Route.get(ANOMALIES + "/{id}", Access.VIEWER, this::describe));
    }

    private OrganizationDatabase screens(Request request) {
        return database.api(request.organization()).forScreens();
    }

    private Answer list(Request request) {
        Instant now = clock.instant();
        int limit = request.limit(100, MOST);
        AnomalyQueries.Wanted wanted = new AnomalyQueries.Wanted(
                request.query("agent"),
                request.query("metric"),
                request.query("series").map(AnomalyRoutes::number),
                request.choice("state", new String[] {LASTING, ENDED}, word -> word)
                        .map(LASTING::equals),
                request.moment("from", now),
                request.moment("to", now));
        Optional<UUID> before = Cursor.in(request, "anomalies", 1, parts -> UUID.fromString(parts.getFirst()));
        return Answer.json(Page.of(
                AnomalyQueries.page(screens(request), wanted, before, limit + 1).stream()
                        .map(AnomalyJson::of)
                        .toList(),
                limit,
                anomaly -> Cursor.of("anomalies", anomaly.id())));
    }

    private static Long number(String text) {
        if (!text.matches("[0-9]{1,18}")) {
            throw Refusal.parameter("series", "must be the id of a series, as GET /api/v1/metrics tells it");
        }
        return Long.valueOf(text);
    }

    private Answer describe(Request request) {
        String id = request.path("id");
        return Answer.json(AnomalyJson.of(
                find(request, id).orElseThrow(() -> Refusal.notFound("anomaly", id, "GET " + ANOMALIES))));
    }

    private Optional<Anomaly> find(Request request, String id) {
        try {
            return AnomalyQueries.find(screens(request), UUID.fromString(id));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
