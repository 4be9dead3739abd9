package dev.mainstay.server.http;

import dev.mainstay.agent.AgentRow;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Jsonb;
import dev.mainstay.postgres.Signals;
import dev.mainstay.server.auth.Access;
import dev.mainstay.server.auth.Caller;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.stream.FleetWatches;
import dev.mainstay.state.SharedState;
import dev.mainstay.state.StateEntry;
import dev.mainstay.state.StateWrite;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Shared state: JSON by key with a version, which is the ETag. An agent from outside may use the keys under
/// `agents/<its id>/` and no others. Thread-safe.
final class StateRoutes {
    private static final String ENTRY = "/api/v1/state/{key*}";
    private static final Pattern ETAG = Pattern.compile("\"?(\\d{1,18})\"?");
    private static final int LONGEST_KEY = 512;
    private static final int MOST = 1_000;

    private final Database database;
    private final FleetWatches watches;
    private final @Nullable Signals signals;

    StateRoutes(Database database, FleetWatches watches, @Nullable Signals signals) {
        this.database = database;
        this.watches = watches;
        this.signals = signals;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/api/v1/state", Access.STATE_READ, this::list),
                Route.get(ENTRY, Access.STATE_READ, this::get),
                Route.put(ENTRY, Access.STATE_WRITE, this::put),
                Route.delete(ENTRY, Access.STATE_WRITE, this::delete));
    }

    private SharedState state(Request request) {
        Caller caller = request.caller();
        return SharedState.of(database.api(caller.organization()), caller.actor(), signals);
    }

    private String key(Request request) {
        String key = request.path("key");
        if (key.isBlank() || key.length() > LONGEST_KEY) {
            throw Refusal.invalid(
                    List.of(new Problem.At("key", "must have 1 to " + LONGEST_KEY + " characters, not only blanks")));
        }
        requireOwn(request, key);
        return key;
    }

    private void requireOwn(Request request, String key) {
        Caller caller = request.caller();
        if (caller.role() != Role.AGENT) {
            return;
        }
        String[] parts = key.split("/", 3);
        boolean own = parts.length == 3
                && parts[0].equals("agents")
                && watches.of(caller.organization())
                        .snapshot()
                        .row(parts[1])
                        .filter(row -> isRegisteredWith(row, caller.key()))
                        .isPresent();
        if (!own) {
            throw Refusal.forbidden("a key with role agent may use only state under agents/<its id>/");
        }
    }

    private static boolean isRegisteredWith(AgentRow row, String key) {
        return key.equals(Jsonb.map(row.spec()).get("key"));
    }

    private Answer list(Request request) {
        String prefix = request.query("prefix").orElse("");
        requireOwn(request, prefix);
        int limit = request.limit(100, MOST);
        String after = Cursor.in(request, "state", 1, List::getFirst).orElse("");
        return Answer.json(Page.of(
                state(request).list(prefix, after, limit + 1), limit, entry -> Cursor.of("state", entry.key())));
    }

    private Answer get(Request request) {
        String key = key(request);
        return state(request).get(key).map(entry -> entry(200, entry)).orElseThrow(() -> noEntry(key));
    }

    private static Answer entry(int status, StateEntry entry) {
        return Answer.json(status, entry).with("ETag", "\"" + entry.version() + "\"");
    }

    private Answer put(Request request) {
        String key = key(request);
        SharedState state = state(request);
        Optional<Long> expected = expected(request);
        if (expected.isEmpty()) {
            StateEntry written = state.put(key, request.json());
            return entry(written.version() == 1 ? 201 : 200, written);
        }
        return answer(key, state.putIf(key, request.json(), expected.get()));
    }

    private Answer delete(Request request) {
        String key = key(request);
        Optional<Long> expected = expected(request);
        if (expected.isPresent()) {
            return answer(key, state(request).deleteIf(key, expected.get()));
        }
        if (!state(request).delete(key)) {
            throw noEntry(key);
        }
        return Answer.empty(204);
    }

    private static Refusal noEntry(String key) {
        return Refusal.notFound("entry", key, "GET /api/v1/state");
    }

    private static Answer answer(String key, StateWrite write) {
        return switch (write) {
            case StateWrite.Written(StateEntry written) -> entry(written.version() == 1 ? 201 : 200, written);
            case StateWrite.Deleted() -> Answer.empty(204);
            case StateWrite.Conflict conflict -> {
                StateEntry current = conflict.current();
                throw Refusal.stale(
                        current == null
                                ? "there is no entry " + key
                                : "entry " + key + " is at version " + current.version() + " now");
            }
        };
    }

    /// The version that must stand there; 0 for none at all.
    private static Optional<Long> expected(Request request) {
        String match = request.header("If-Match");
        String none = request.header("If-None-Match");
        if (none != null) {
            if (!none.strip().equals("*") || match != null) {
                throw Refusal.parameter("If-None-Match", "must be *, and not together with If-Match");
            }
            return Optional.of(0L);
        }
        if (match == null) {
            return Optional.empty();
        }
        Matcher version = ETAG.matcher(match.strip());
        if (!version.matches() || Long.parseLong(version.group(1)) == 0) {
            throw Refusal.parameter("If-Match", "must be one version, as the ETag has it (\"3\")");
        }
        return Optional.of(Long.parseLong(version.group(1)));
    }
}
