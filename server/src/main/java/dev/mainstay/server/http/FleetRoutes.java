package dev.mainstay.server.http;

import dev.mainstay.server.auth.Access;
import dev.mainstay.server.stream.FleetWatches;
import dev.mainstay.server.stream.Subscription;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// The fleet as a whole: the overview, its heartbeats, and the stream of what changes. Thread-safe.
final class FleetRoutes {
    /// Of one key on this node: enough for a room full of screens, and no key can take the node's memory for itself.
    static final int MOST_STREAMS = 100;

    private static final int RETRY_AFTER_SECONDS = 10;

    private final FleetWatches watches;

    FleetRoutes(FleetWatches watches) {
        this.watches = watches;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/api/v1/overview", Access.VIEWER, this::overview),
                Route.get("/api/v1/heartbeats", Access.VIEWER, this::pulse),
                Route.get("/api/v1/stream", Access.VIEWER, this::stream));
    }

    private Answer overview(Request request) {
        return Answer.encoded(200, watches.of(request.organization()).snapshot().overviewJson());
    }

    private Answer pulse(Request request) {
        return Answer.encoded(200, watches.of(request.organization()).pulse());
    }

    private Answer stream(Request request) {
        Optional<String> last =
                Optional.ofNullable(request.header("Last-Event-ID")).or(() -> request.query("lastEventId"));
        if (request.isHead()) {
            return new Answer.Streamed("text/event-stream", output -> {}, Map.of());
        }
        String key = request.caller().key();
        requireRoom(request.organization(), key);
        Subscription subscription = watches.follow(request.organization(), key, last.filter(id -> !id.isEmpty()))
                .orElseThrow(() -> Refusal.parameter("lastEventId", "is not a position this stream gave"));
        return new Answer.Streamed(
                "text/event-stream",
                output -> subscription.writeTo(output, request::isStillAdmitted),
                Map.of("X-Accel-Buffering", "no"));
    }

    private void requireRoom(UUID organization, String key) {
        if (watches.followers(organization, key) >= MOST_STREAMS) {
            throw Refusal.tooMany(
                    "TOO_MANY_STREAMS",
                    "this key follows the fleet " + MOST_STREAMS + " times on this node already; close a stream first",
                    RETRY_AFTER_SECONDS);
        }
    }
}
