package dev.mainstay.server.http;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.mainstay.advice.Advice;
import dev.mainstay.advice.AdviceDesk;
import dev.mainstay.postgres.Database;
import dev.mainstay.server.auth.Access;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What agents could be set to, and whether it helped. Thread-safe.
final class AdviceRoutes {
    private static final String ADVICE = "/api/v1/advice";
    private static final int MOST = 1_000;

    private final Database database;

    AdviceRoutes(Database database) {
        this.database = database;
    }

    List<Route> routes() {
        return List.of(
                Route.get(ADVICE, Access.VIEWER, this::list),
                Route.post(ADVICE + "/{id}/ignore", Access.OPERATOR, this::ignore));
    }

    private record Json(
            UUID id,
            String kind,
            String agent,
            String state,
            String advice,
            String expected,
            String setting,
            String proposed,
            String unit,
            double measure,
            double goal,
            double bound,
            @JsonRawValue String evidence,
            Instant givenAt,
            Instant seenAt,
            @Nullable Instant takenAt,
            @Nullable Instant verifiedAt,
            @Nullable Double measured,
            @Nullable String actor,
            @Nullable String note) {
        static Json of(Advice advice) {
            return new Json(
                    advice.id(),
                    advice.kind(),
                    advice.agent(),
                    advice.state().word(),
                    advice.words(),
                    advice.expected(),
                    advice.setting(),
                    advice.proposed(),
                    advice.unit(),
                    advice.measure(),
                    advice.goal(),
                    advice.bound(),
                    advice.evidence(),
                    advice.givenAt(),
                    advice.seenAt(),
                    advice.takenAt(),
                    advice.verifiedAt(),
                    advice.measured(),
                    advice.actor(),
                    advice.note());
        }
    }

    private AdviceDesk desk(Request request) {
        return new AdviceDesk(database.api(request.organization()));
    }

    private Answer list(Request request) {
        int limit = request.limit(100, MOST);
        return Answer.json(Page.of(
                desk(request)
                        .list(
                                request.choice("state", Advice.State.values(), Advice.State::word),
                                request.query("agent"),
                                Cursor.in(request, "advice", 1, parts -> UUID.fromString(parts.getFirst())),
                                limit + 1)
                        .stream()
                        .map(Json::of)
                        .toList(),
                limit,
                advice -> Cursor.of("advice", advice.id())));
    }

    private Answer ignore(Request request) {
        UUID id = id(request);
        Advice known = known(request, id);
        String reason = request.body(Bodies::reason);
        if (!desk(request).ignore(id, reason, request.caller().actor())) {
            throw Refusal.conflict(
                    "ADVICE_STATE", "advice " + id + " is " + known.state().word() + " and can be ignored no more");
        }
        return Answer.json(Json.of(known(request, id)));
    }

    private Advice known(Request request, UUID id) {
        return desk(request).find(id).orElseThrow(() -> notFound(id.toString()));
    }

    private static UUID id(Request request) {
        try {
            return UUID.fromString(request.path("id"));
        } catch (IllegalArgumentException e) {
            throw notFound(request.path("id"));
        }
    }

    private static Refusal notFound(String id) {
        return Refusal.notFound("advice", id, "GET " + ADVICE);
    }
}
