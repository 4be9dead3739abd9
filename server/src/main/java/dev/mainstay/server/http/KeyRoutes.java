package dev.mainstay.server.http;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.mainstay.cluster.NodeIdentity;
import dev.mainstay.server.auth.Access;
import dev.mainstay.server.auth.Caller;
import dev.mainstay.server.auth.KeyCheck;
import dev.mainstay.server.auth.KeyRecord;
import dev.mainstay.server.auth.KeyStore;
import dev.mainstay.server.auth.KeyToken;
import dev.mainstay.server.auth.Role;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// API keys, and who one is. Thread-safe.
final class KeyRoutes {
    private final KeyStore store;
    private final KeyCheck check;
    private final NodeIdentity node;
    private final InstantSource clock;

    KeyRoutes(KeyStore store, KeyCheck check, NodeIdentity node, InstantSource clock) {
        this.store = store;
        this.check = check;
        this.node = node;
        this.clock = clock;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/api/v1/whoami", Access.ANY, this::whoami),
                Route.get("/api/v1/keys", Access.ADMIN, this::list),
                Route.post("/api/v1/keys", Access.ADMIN, this::create),
                Route.delete("/api/v1/keys/{id}", Access.ADMIN, this::revoke));
    }

    private record WhoAmI(
            UUID organization,
            String organizationName,
            String key,
            String name,
            String role,
            String node,
            String version) {}

    private Answer whoami(Request request) {
        Caller caller = request.caller();
        return Answer.json(new WhoAmI(
                caller.organization(),
                store.organizationName(caller.organization()),
                caller.key(),
                caller.name(),
                caller.role().word(),
                node.id(),
                node.version()));
    }

    private record KeyView(
            String id,
            String name,
            String role,
            Instant createdAt,
            @Nullable Instant expiresAt,
            @Nullable Instant revokedAt) {
        static KeyView of(KeyRecord key) {
            return new KeyView(
                    key.id(), key.name(), key.role().word(), key.createdAt(), key.expiresAt(), key.revokedAt());
        }
    }

    private record CreatedKey(@JsonUnwrapped KeyView view, String key) {}

    private Answer list(Request request) {
        return Answer.json(Page.whole(
                store.list(request.organization()).stream().map(KeyView::of).toList()));
    }

    private record NewKey(String name, Role role, @Nullable Instant expiresAt) {}

    private Answer create(Request request) {
        NewKey wanted = request.body(this::newKey);
        KeyToken token = KeyToken.random();
        KeyRecord made = store.create(request.organization(), token, wanted.name, wanted.role, wanted.expiresAt);
        return Answer.json(201, new CreatedKey(KeyView.of(made), token.reveal()));
    }

    private NewKey newKey(Fields fields) {
        String name = fields.text("name", 100);
        Role role = fields.oneOf("role", Role.values(), Role::word);
        Instant expiresAt = fields.instant("expiresAt");
        if (expiresAt != null && !expiresAt.isAfter(clock.instant())) {
            fields.error("expiresAt", "must be in the future");
        }
        return new NewKey(name, role, expiresAt);
    }

    private Answer revoke(Request request) {
        String id = request.path("id");
        return switch (store.revoke(request.organization(), id)) {
            case UNKNOWN -> throw Refusal.notFound("key", id, "GET /api/v1/keys");
            case LAST_ADMIN ->
                throw Refusal.conflict(
                        "LAST_ADMIN",
                        String.format(
                                Locale.ROOT, "key %s is the only admin key that works; make another one first", id));
            case DONE -> {
                check.forget(id);
                yield Answer.empty(204);
            }
        };
    }
}
