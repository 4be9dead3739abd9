package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.http.ApiServer.Reply;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class KeysFlowTest {
    private static ApiServer api;

    @BeforeAll
    static void start() {
        api = new ApiServer();
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static JsonNode create(String role) {
        Reply reply = api.post(Role.ADMIN, "/api/v1/keys", "{\"name\":\"made\",\"role\":\"" + role + "\"}");
        assertThat(reply.status()).isEqualTo(201);
        return reply.json();
    }

    private static int revoke(String id) {
        return revoke(id, api.key(Organizations.DEFAULT, Role.ADMIN).reveal());
    }

    private static int revoke(String id, String key) {
        return api.send("DELETE", "/api/v1/keys/" + id, key, null).status();
    }

    private static int statusWith(String key) {
        return api.send("GET", "/api/v1/whoami", key, null).status();
    }

    @Test
    void whoami_names_key_role_organization_and_node() {
        JsonNode me = api.get(Role.OPERATOR, "/api/v1/whoami").json();

        assertThat(me.path("role").asString()).isEqualTo("operator");
        assertThat(me.path("organizationName").asString()).isEqualTo("default");
        assertThat(me.path("key").asString())
                .isEqualTo(api.key(Organizations.DEFAULT, Role.OPERATOR).id());
        assertThat(me.path("node").asString()).isEqualTo("node-1");
    }

    @Test
    void a_made_key_works_and_its_secret_is_nowhere_afterwards() {
        JsonNode made = create("viewer");
        String key = made.path("key").asString();
        String secret = key.substring(key.indexOf('.') + 1);

        assertThat(statusWith(key)).isEqualTo(200);
        assertThat(api.get(Role.ADMIN, "/api/v1/keys").body())
                .contains(made.path("id").asString())
                .doesNotContain(secret);
        String stored = api.database()
                .read(handle -> handle.createQuery("SELECT api_keys::text FROM api_keys WHERE id = ?")
                        .bind(0, made.path("id").asString())
                        .mapTo(String.class)
                        .one());
        assertThat(stored).doesNotContain(secret);
    }

    @Test
    void a_key_with_another_secret_a_cut_one_or_one_with_a_space_is_refused() {
        String key = api.key(Organizations.DEFAULT, Role.VIEWER).reveal();

        assertThat(statusWith(key)).isEqualTo(200);
        assertThat(statusWith(key.substring(0, key.length() - 1) + (key.endsWith("A") ? "B" : "A")))
                .isEqualTo(401);
        assertThat(statusWith(key.substring(0, key.length() - 1))).isEqualTo(401);
        assertThat(statusWith(key + "=")).isEqualTo(401);
        assertThat(statusWith(" " + key)).isEqualTo(401);
    }

    @Test
    void a_revoked_key_is_refused_at_once_and_revoking_it_again_changes_nothing() {
        JsonNode made = create("operator");
        String id = made.path("id").asString();
        assertThat(statusWith(made.path("key").asString())).isEqualTo(200);

        assertThat(revoke(id)).isEqualTo(204);

        assertThat(statusWith(made.path("key").asString())).isEqualTo(401);
        assertThat(revoke(id)).isEqualTo(204);
    }

    @Test
    void the_last_admin_key_cannot_be_revoked() {
        String first = api.key(ApiServer.OTHER, Role.ADMIN).reveal();
        Reply second = api.send("POST", "/api/v1/keys", first, "{\"name\":\"second\",\"role\":\"admin\"}");
        String secondKey = second.json().path("key").asString();

        assertThat(revoke(api.key(ApiServer.OTHER, Role.ADMIN).id(), secondKey)).isEqualTo(204);
        Reply last =
                api.send("DELETE", "/api/v1/keys/" + second.json().path("id").asString(), secondKey, null);

        assertThat(last.status()).isEqualTo(409);
        assertThat(last.code()).isEqualTo("LAST_ADMIN");
    }

    @Test
    void a_key_that_expires_in_the_past_is_refused_with_422() {
        Reply reply = api.post(
                Role.ADMIN,
                "/api/v1/keys",
                "{\"name\":\"old\",\"role\":\"viewer\",\"expiresAt\":\"2020-01-01T00:00:00Z\"}");

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.json().path("errors").path(0).path("path").asString()).isEqualTo("$.expiresAt");
    }

    @Test
    void a_key_that_has_expired_is_refused() {
        JsonNode made = create("viewer");
        api.execute("UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE id = '"
                + made.path("id").asString() + "'");

        assertThat(statusWith(made.path("key").asString())).isEqualTo(401);
    }
}
