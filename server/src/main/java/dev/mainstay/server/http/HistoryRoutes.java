package dev.mainstay.server.http;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.OrganizationDatabase;
import dev.mainstay.server.auth.Access;
import dev.mainstay.server.stream.FleetWatches;
import dev.mainstay.telemetry.EventQueries;
import dev.mainstay.telemetry.HeartbeatQueries;
import dev.mainstay.telemetry.MetricQueries;
import dev.mainstay.telemetry.Point;
import dev.mainstay.telemetry.Resolution;
import dev.mainstay.telemetry.SeriesRow;
import dev.mainstay.telemetry.Severity;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What was stored over time: heartbeats, metrics, events. Thread-safe.
final class HistoryRoutes {
    private static final String AGENT = "/api/v1/agents/{id}";
    private static final Duration HEARTBEATS = Duration.ofHours(1);
    private static final Duration EVENTS = Duration.ofDays(7);
    private static final int MOST = 1_000;
    private static final int MOST_SERIES = 100;

    private final Database database;
    private final FleetWatches watches;
    private final InstantSource clock;

    HistoryRoutes(Database database, FleetWatches watches, InstantSource clock) {
        this.database = database;
        this.watches = watches;
        this.clock = clock;
    }

    List<Route> routes() {
        return List.of(
                Route.get(AGENT + "/heartbeats", Access.VIEWER, this::heartbeats),
                Route.get(AGENT + "/metrics", Access.VIEWER, this::agentMetrics),
                Route.get(AGENT + "/events", Access.VIEWER, this::agentEvents),
                Route.get("/api/v1/metrics", Access.VIEWER, this::metrics),
                Route.get("/api/v1/events", Access.VIEWER, this::events));
    }

    private OrganizationDatabase screens(Request request) {
        return database.api(request.organization()).forScreens();
    }

    private record Window(Instant from, Instant to, Instant now) {
        /// Without the moment ahead, so that the last 15 minutes are 15 minutes.
        Instant end() {
            return to.isAfter(now) ? now : to;
        }
    }

    private Window window(Request request, Duration otherwise) {
        Instant now = clock.instant();
        // A moment ahead, so that what was stored by a clock a little ahead of ours is in it.
        Instant to = request.moment("to", now).orElse(now.plusSeconds(10));
        Instant from = request.moment("from", now).orElse(to.minus(otherwise));
        if (!from.isBefore(to)) {
            throw Refusal.parameter("from", "must be before to");
        }
        return new Window(from, to, now);
    }

    private Answer heartbeats(Request request) {
        String agent = AgentRoutes.known(watches, request);
        Window window = window(request, HEARTBEATS);
        int limit = request.limit(100, MOST);
        Optional<HeartbeatQueries.After> after = Cursor.in(
                request,
                "heartbeats",
                3,
                parts -> new HeartbeatQueries.After(
                        Instant.parse(parts.get(0)), Long.parseLong(parts.get(1)), Long.parseLong(parts.get(2))));
        return Answer.json(Page.of(
                HeartbeatQueries.page(screens(request), agent, window.from, window.to, after, limit + 1),
                limit,
                row -> Cursor.of("heartbeats", row.at(), row.fence(), row.sequence())));
    }

    private Answer agentEvents(Request request) {
        return events(request, Optional.of(AgentRoutes.known(watches, request)), Optional.empty());
    }

    private Answer events(Request request) {
        return events(request, request.query("agent"), request.query("node"));
    }

    private Answer events(Request request, Optional<String> agent, Optional<String> node) {
        Window window = window(request, EVENTS);
        int limit = request.limit(100, MOST);
        EventQueries.Wanted wanted = new EventQueries.Wanted(
                request.query("type"),
                request.choice("severity", Severity.values(), Severity::word),
                agent,
                node,
                window.from,
                window.to);
        Optional<EventQueries.After> after = Cursor.in(
                request,
                "events",
                2,
                parts -> new EventQueries.After(Instant.parse(parts.get(0)), Long.parseLong(parts.get(1))));
        return Answer.json(Page.of(
                EventQueries.page(screens(request), wanted, after, limit + 1),
                limit,
                row -> Cursor.of("events", row.at(), row.id())));
    }

    private Answer agentMetrics(Request request) {
        return metrics(request, Optional.of(AgentRoutes.known(watches, request)));
    }

    private Answer metrics(Request request) {
        return metrics(request, request.query("agent"));
    }

    private record Series(
            long id,
            @Nullable String agent,
            String name,
            @JsonRawValue String labels,
            String unit,
            String resolution,
            @Nullable String step,
            List<Point> points) {}

    private Answer metrics(Request request, Optional<String> agent) {
        Window window = window(request, HEARTBEATS);
        int limit = request.limit(20, MOST_SERIES);
        Resolution resolution = resolution(request, window);
        Optional<SeriesRow> after = Cursor.in(
                request,
                "series",
                3,
                parts -> new SeriesRow(Long.parseLong(parts.get(2)), parts.get(1), parts.get(0), "", ""));
        OrganizationDatabase screens = screens(request);
        Page<SeriesRow> series = Page.of(
                MetricQueries.series(screens, request.query("name"), agent, after, limit + 1),
                limit,
                row -> Cursor.of("series", row.name(), row.agent(), row.id()));
        List<Long> ids = series.items().stream().map(SeriesRow::id).toList();
        Map<Long, List<Point>> points = MetricQueries.points(screens, ids, resolution, window.from, window.to);
        Duration step = resolution.step(window.from, window.to);
        List<Series> items = series.items().stream()
                .map(row -> new Series(
                        row.id(),
                        row.agent().isEmpty() ? null : row.agent(),
                        row.name(),
                        row.labels(),
                        row.unit(),
                        resolution.word(),
                        step.isZero() ? null : step.toString(),
                        points.getOrDefault(row.id(), List.of())))
                .toList();
        return Answer.json(new Page<>(items, series.next()));
    }

    private static Resolution resolution(Request request, Window window) {
        boolean auto =
                request.query("resolution").filter(word -> !word.equals("auto")).isEmpty();
        return auto
                ? Resolution.fitting(window.from, window.end(), window.now)
                : request.choice("resolution", Resolution.values(), Resolution::word)
                        .orElseThrow();
    }
}
