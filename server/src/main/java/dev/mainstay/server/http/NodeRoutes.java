package dev.mainstay.server.http;

import dev.mainstay.cluster.NodeDrain;
import dev.mainstay.cluster.NodeQueries;
import dev.mainstay.postgres.Database;
import dev.mainstay.server.auth.Access;
import java.util.List;

/// The running processes. Thread-safe.
final class NodeRoutes {
    private final Database database;
    private final NodeDrain drain;
    private final Runnable told;

    /// @param told called after something was asked of a node
    NodeRoutes(Database database, Runnable told) {
        this.database = database;
        this.drain = new NodeDrain(database);
        this.told = told;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/api/v1/nodes", Access.VIEWER, this::list),
                Route.post("/api/v1/nodes/{id}/drain", Access.ADMIN, this::drain),
                Route.post("/api/v1/nodes/{id}/undrain", Access.ADMIN, this::undrain));
    }

    private Answer list(Request request) {
        return Answer.json(Page.whole(NodeQueries.all(database.api(request.organization()))));
    }

    private Answer drain(Request request) {
        String id = request.path("id");
        Drain wanted = request.body(fields -> new Drain(Bodies.reason(fields), fields.flag("force", false)));
        return told(
                request,
                id,
                drain.ask(
                        request.organization(),
                        id,
                        wanted.reason,
                        request.caller().actor(),
                        wanted.force));
    }

    private record Drain(String reason, boolean force) {}

    private Answer undrain(Request request) {
        String id = request.path("id");
        String reason = request.body(Bodies::reason);
        return told(
                request,
                id,
                drain.undo(request.organization(), id, reason, request.caller().actor()));
    }

    private Answer told(Request request, String id, boolean isThere) {
        if (!isThere) {
            throw noNode(id);
        }
        told.run();
        return NodeQueries.all(database.api(request.organization())).stream()
                .filter(node -> node.id().equals(id))
                .findFirst()
                .map(Answer::json)
                .orElseThrow(() -> noNode(id));
    }

    private static Refusal noNode(String id) {
        return Refusal.notFound("node", id, "GET /api/v1/nodes");
    }
}
