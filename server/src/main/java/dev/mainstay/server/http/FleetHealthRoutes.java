package dev.mainstay.server.http;

import dev.mainstay.health.HealthHistory;
import dev.mainstay.health.HealthQueries;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.OrganizationDatabase;
import dev.mainstay.server.auth.Access;
import java.time.InstantSource;
import java.util.List;

/// Health of the system and of groups of agents, now and at a moment of the past. Thread-safe.
final class FleetHealthRoutes {
    private static final String GROUPS = "/api/v1/health/groups";

    private final Database database;
    private final InstantSource clock;
    private final HealthHistory history = new HealthHistory();

    FleetHealthRoutes(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/api/v1/health", Access.VIEWER, this::system),
                Route.get(GROUPS, Access.VIEWER, this::groups),
                Route.get(GROUPS + "/{group}", Access.VIEWER, this::group));
    }

    private OrganizationDatabase screens(Request request) {
        return database.api(request.organization()).forScreens();
    }

    private Answer system(Request request) {
        return Answer.json(request.moment("at", clock.instant())
                .<Object>map(at -> history.system(screens(request), at))
                .orElseGet(() -> HealthQueries.find(screens(request), null)));
    }

    private Answer groups(Request request) {
        return Answer.json(Page.whole(HealthQueries.groups(screens(request))));
    }

    /// One is known as long as anything of it is stored.
    private Answer group(Request request) {
        String group = request.path("group");
        return request.moment("at", clock.instant())
                .map(at -> history.group(screens(request), group, at))
                .filter(past -> past.at() != null)
                .map(Answer::json)
                .or(() -> HealthQueries.group(screens(request), group)
                        .filter(_ -> request.query("at").isEmpty())
                        .map(Answer::json))
                .orElseThrow(() -> Refusal.notFound("group with health", group, "GET " + GROUPS));
    }
}
