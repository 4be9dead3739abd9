package dev.mainstay.server.http;

import dev.mainstay.postgres.Database;
import dev.mainstay.recovery.Recovery;
import dev.mainstay.recovery.RecoveryDesk;
import dev.mainstay.recovery.RecoveryState;
import dev.mainstay.server.auth.Access;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Episodes of healing: what was decided and why, what was done, and whether it helped. Thread-safe.
final class RecoveryRoutes {
    private static final String RECOVERIES = "/api/v1/recoveries";
    private static final String RECOVERY = RECOVERIES + "/{id}";
    private static final int MOST = 1_000;
    private final Database database;

    RecoveryRoutes(Database database) {
        this.database = database;
    }

    List<Route> routes() {
        return List.of(
                Route.get(RECOVERIES, Access.VIEWER, this::list),
                Route.get("/api/v1/recovery-success", Access.VIEWER, this::success),
                Route.get("/api/v1/recovery-playbooks", Access.VIEWER, this::playbooks),
                Route.get(RECOVERY, Access.VIEWER, this::describe),
                Route.post(RECOVERY + "/approve", Access.OPERATOR, this::approve),
                Route.post(RECOVERY + "/undo", Access.OPERATOR, this::undo));
    }

    private RecoveryDesk desk(Request request) {
        return new RecoveryDesk(database.api(request.organization()));
    }

    private Answer list(Request request) {
        int limit = request.limit(100, MOST);
        List<RecoveryJson> page = desk(request)
                .list(
                        request.choice("state", RecoveryState.values(), RecoveryState::word),
                        request.query("agent"),
                        Cursor.in(request, "recoveries", 1, parts -> UUID.fromString(parts.getFirst())),
                        limit + 1)
                .stream()
                .map(recovery -> RecoveryJson.of(recovery, List.of()))
                .toList();
        return Answer.json(Page.of(
                page, limit, recovery -> Cursor.of("recoveries", recovery.id().toString())));
    }

    private Answer success(Request request) {
        return Answer.json(Page.whole(desk(request).success()));
    }

    private static UUID id(Request request) {
        try {
            return UUID.fromString(request.path("id"));
        } catch (IllegalArgumentException e) {
            throw notFound(request.path("id"));
        }
    }

    private static Refusal notFound(String id) {
        return Refusal.notFound("recovery", id, "GET " + RECOVERIES);
    }

    private Recovery known(Request request) {
        UUID id = id(request);
        return desk(request).find(id).orElseThrow(() -> notFound(id.toString()));
    }

    private Answer describe(Request request) {
        Recovery recovery = known(request);
        return Answer.json(RecoveryJson.of(recovery, desk(request).actions(recovery.id())));
    }

    private Answer approve(Request request) {
        Recovery recovery = known(request);
        String reason = request.body(Bodies::reason);
        if (!desk(request).approve(recovery.id(), reason, request.caller().actor())) {
            throw Refusal.conflict(
                    "RECOVERY_STATE",
                    "recovery " + recovery.id() + " is " + recovery.state().word() + " and waits for nobody");
        }
        return describe(request);
    }

    private Answer playbooks(Request request) {
        RecoveryDesk desk = desk(request);
        return Answer.json(PlaybooksJson.of(desk.policy(), desk.playbooks()));
    }

    /// What to undo, and why.
    ///
    /// @param action 0 for the newest that can be undone
    private record Undo(String reason, int action) {}

    private Answer undo(Request request) {
        Recovery recovery = known(request);
        Undo undo = request.body(fields -> new Undo(Bodies.reason(fields), (int) fields.whole("action", 1, MOST, 0)));
        Optional<Integer> ordinal = undo.action() == 0 ? Optional.empty() : Optional.of(undo.action());
        RecoveryDesk.Undo asked = desk(request)
                .undo(recovery.id(), ordinal, undo.reason(), request.caller().actor());
        switch (asked) {
            case ASKED -> {}
            case UNKNOWN -> throw refused(recovery, "has no such action that was done");
            case IRREVERSIBLE -> throw refused(recovery, "did nothing that can be taken back");
            case BEFORE -> throw refused(recovery, "has undone it before, or is about to");
        }
        return describe(request);
    }

    private static Refusal refused(Recovery recovery, String why) {
        return Refusal.conflict("RECOVERY_UNDO", "recovery " + recovery.id() + " " + why);
    }
}
