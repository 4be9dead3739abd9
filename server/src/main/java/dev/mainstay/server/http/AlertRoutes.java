package dev.mainstay.server.http;

import dev.mainstay.alert.Alert;
import dev.mainstay.alert.AlertDesk;
import dev.mainstay.alert.AlertImpact;
import dev.mainstay.alert.AlertState;
import dev.mainstay.alert.Silence;
import dev.mainstay.alert.Silences;
import dev.mainstay.postgres.Database;
import dev.mainstay.server.auth.Access;
import dev.mainstay.telemetry.Severity;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Alerts: what is wrong, and what people say to it. Thread-safe.
final class AlertRoutes {
    private static final String ALERTS = "/api/v1/alerts";
    private static final String ALERT = ALERTS + "/{id}";
    private static final String SILENCES = "/api/v1/silences";
    private static final int MOST = 1_000;
    private static final int LONGEST_NAME = 200;
    private static final int LONGEST_NOTE = 500;
    private static final Duration LONGEST_SILENCE = Duration.ofDays(366);

    private final Database database;
    private final InstantSource clock;

    AlertRoutes(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    List<Route> routes() {
        return List.of(
                Route.get(ALERTS, Access.VIEWER, this::list),
                Route.get(ALERT, Access.VIEWER, this::describe),
                Route.get(ALERT + "/impact", Access.VIEWER, this::impact),
                Route.post(ALERT + "/acknowledge", Access.OPERATOR, this::acknowledge),
                Route.post(ALERT + "/resolve", Access.OPERATOR, this::resolve),
                Route.get(SILENCES, Access.VIEWER, this::silences),
                Route.post(SILENCES, Access.OPERATOR, this::silence),
                Route.delete(SILENCES + "/{id}", Access.OPERATOR, this::unsilence));
    }

    private AlertDesk desk(Request request) {
        return new AlertDesk(database.api(request.organization()));
    }

    private Answer list(Request request) {
        int limit = request.limit(100, MOST);
        List<AlertJson> page = desk(request)
                .list(
                        request.choice("state", AlertState.values(), AlertState::word),
                        request.query("rule"),
                        request.query("agent"),
                        Cursor.in(request, "alerts", 1, parts -> UUID.fromString(parts.getFirst())),
                        limit + 1)
                .stream()
                .map(AlertJson::of)
                .toList();
        return Answer.json(
                Page.of(page, limit, alert -> Cursor.of("alerts", alert.id().toString())));
    }

    private static UUID id(Request request, String what, String list) {
        String text = request.path("id");
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw Refusal.notFound(what, text, "GET " + list);
        }
    }

    private Answer describe(Request request) {
        UUID id = id(request, "alert", ALERTS);
        return desk(request)
                .find(id)
                .map(AlertJson::of)
                .map(Answer::json)
                .orElseThrow(() -> Refusal.notFound("alert", id.toString(), "GET " + ALERTS));
    }

    private Answer impact(Request request) {
        UUID id = id(request, "alert", ALERTS);
        if (desk(request).find(id).isEmpty()) {
            throw Refusal.notFound("alert", id.toString(), "GET " + ALERTS);
        }
        return Answer.json(Page.whole(new AlertImpact(database.api(request.organization()))
                .of(id).stream().map(ImpactJson::of).toList()));
    }

    private Answer acknowledge(Request request) {
        UUID id = id(request, "alert", ALERTS);
        return answer(
                desk(request).acknowledge(id, note(request), request.caller().actor()));
    }

    private Answer resolve(Request request) {
        UUID id = id(request, "alert", ALERTS);
        return answer(desk(request).resolve(id, note(request), request.caller().actor()));
    }

    private static @Nullable String note(Request request) {
        return request.body(fields -> fields.optionalText("note", LONGEST_NOTE));
    }

    private static Answer answer(Alert alert) {
        return Answer.json(AlertJson.of(alert));
    }

    private Answer silences(Request request) {
        return Answer.json(Page.whole(new Silences(database.api(request.organization()))
                .list().stream().map(AlertJson.Quiet::of).toList()));
    }

    private Answer silence(Request request) {
        Instant now = clock.instant();
        String actor = request.caller().actor();
        Silence silence = request.body(fields -> read(fields, now, actor));
        new Silences(database.api(request.organization())).add(silence);
        return Answer.json(201, AlertJson.Quiet.of(silence));
    }

    private static Silence read(Fields fields, Instant now, String actor) {
        Instant asked = fields.instant("startsAt");
        Instant starts = asked == null ? now : asked;
        Duration lasts = fields.duration("for", Duration.ofSeconds(1), LONGEST_SILENCE);
        if (starts.plus(lasts).isBefore(now)) {
            fields.error("startsAt", "must not lie so far back that the silence is over, was " + starts);
        }
        String severity = fields.optionalText("severity", LONGEST_NAME);
        return new Silence(
                UUID.randomUUID(),
                fields.flag("maintenance", false),
                fields.optionalText("rule", LONGEST_NAME),
                fields.optionalText("agent", LONGEST_NAME),
                fields.optionalText("node", LONGEST_NAME),
                severity == null ? null : fields.oneOf("severity", Severity.values(), Severity::word),
                starts,
                starts.plus(lasts),
                Bodies.reason(fields),
                actor);
    }

    private Answer unsilence(Request request) {
        new Silences(database.api(request.organization())).end(id(request, "silence", SILENCES));
        return Answer.empty(204);
    }
}
