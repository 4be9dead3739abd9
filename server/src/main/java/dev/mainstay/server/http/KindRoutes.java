package dev.mainstay.server.http;

import dev.mainstay.server.auth.Access;
import java.util.List;
import java.util.function.Supplier;

/// The kinds of agents this node knows. Thread-safe.
final class KindRoutes {
    private final Supplier<List<KindView>> kinds;

    KindRoutes(Supplier<List<KindView>> kinds) {
        this.kinds = kinds;
    }

    List<Route> routes() {
        return List.of(Route.get("/api/v1/kinds", Access.VIEWER, request -> Answer.json(Page.whole(kinds.get()))));
    }
}
