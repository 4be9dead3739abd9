package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.http.ApiServer.Reply;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class StateFlowTest {
    private static ApiServer api;

    @BeforeAll
    static void start() {
        api = new ApiServer();
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static Reply put(Role role, String key, String value, String header, String condition) {
        return api.send(
                "PUT",
                "/api/v1/state/" + key,
                api.key(Organizations.DEFAULT, role).reveal(),
                value,
                request -> header.isEmpty() ? request : request.header(header, condition));
    }

    private static Reply put(String key, String value) {
        return put(Role.OPERATOR, key, value, "", "");
    }

    @Test
    void what_is_put_can_be_read_with_its_version_as_etag() {
        assertThat(put("a/b/c", "{\"n\":1}").status()).isEqualTo(201);
        assertThat(put("a/b/c", "{\"n\":2}").status()).isEqualTo(200);

        Reply read = api.get(Role.VIEWER, "/api/v1/state/a/b/c");
        assertThat(read.header("ETag")).isEqualTo("\"2\"");
        assertThat(read.json().path("value").path("n").asInt()).isEqualTo(2);
        assertThat(read.json().path("updatedBy").asString())
                .isEqualTo("operator (key "
                        + api.key(Organizations.DEFAULT, Role.OPERATOR).id() + ")");
    }

    @Test
    void a_put_on_another_version_is_refused_with_412_and_says_which_it_is() {
        put("cas", "1");

        assertThat(put(Role.OPERATOR, "cas", "2", "If-Match", "\"1\"").status()).isEqualTo(200);
        Reply late = put(Role.OPERATOR, "cas", "3", "If-Match", "\"1\"");
        assertThat(late.status()).isEqualTo(412);
        assertThat(late.code()).isEqualTo("STATE_CONFLICT");
        assertThat(late.json().path("detail").asString()).contains("version 2");
        assertThat(put(Role.OPERATOR, "cas", "4", "If-None-Match", "*").status())
                .isEqualTo(412);
        assertThat(put(Role.OPERATOR, "cas", "4", "If-Match", "*").status()).isEqualTo(400);
    }

    @Test
    void a_put_for_a_new_entry_makes_it_once() {
        assertThat(put(Role.OPERATOR, "once", "null", "If-None-Match", "*").status())
                .isEqualTo(201);
        assertThat(put(Role.OPERATOR, "once", "null", "If-None-Match", "*").status())
                .isEqualTo(412);
    }

    @Test
    void a_delete_removes_and_then_there_is_nothing() {
        put("gone", "[]");
        String key = api.key(Organizations.DEFAULT, Role.OPERATOR).reveal();

        assertThat(api.send("DELETE", "/api/v1/state/gone", key, null, request -> request.header("If-Match", "\"9\""))
                        .status())
                .isEqualTo(412);
        assertThat(api.send("DELETE", "/api/v1/state/gone", key, null).status()).isEqualTo(204);
        assertThat(api.send("DELETE", "/api/v1/state/gone", key, null).status()).isEqualTo(404);
        assertThat(api.get(Role.VIEWER, "/api/v1/state/gone").status()).isEqualTo(404);
    }

    @Test
    void a_list_holds_the_keys_with_a_prefix() {
        put("list/a", "1");
        put("list/b", "2");
        put("lists", "3");

        assertThat(api.get(Role.VIEWER, "/api/v1/state?prefix=list/&limit=1")
                        .json()
                        .path("items")
                        .path(0)
                        .path("key")
                        .asString())
                .isEqualTo("list/a");
        assertThat(api.get(Role.VIEWER, "/api/v1/state?prefix=list/").json().path("items"))
                .hasSize(2);
    }

    @Test
    void a_key_that_is_too_long_is_refused_with_422() {
        assertThat(put("k".repeat(513), "1").status()).isEqualTo(422);
    }

    @Test
    void an_agent_may_use_its_own_keys_and_no_others() {
        api.post(Role.AGENT, "/api/v1/agents", "{\"id\":\"mine\"}");
        api.post(Role.ADMIN, "/api/v1/agents", "{\"id\":\"not-mine\"}");

        assertThat(put(Role.AGENT, "agents/mine/cursor", "7", "", "").status()).isEqualTo(201);
        assertThat(api.get(Role.AGENT, "/api/v1/state/agents/mine/cursor").status())
                .isEqualTo(200);
        assertThat(api.get(Role.AGENT, "/api/v1/state?prefix=agents/mine/").status())
                .isEqualTo(200);
        for (String key : new String[] {"agents/not-mine/cursor", "agents/mine", "other", "agents/mine2/cursor"}) {
            assertThat(put(Role.AGENT, key, "7", "", "").status()).as(key).isEqualTo(403);
            assertThat(api.get(Role.AGENT, "/api/v1/state/" + key).status())
                    .as(key)
                    .isEqualTo(403);
        }
        assertThat(api.get(Role.AGENT, "/api/v1/state").status()).isEqualTo(403);
        assertThat(api.get(Role.AGENT, "/api/v1/state?prefix=agents/m").status())
                .isEqualTo(403);
    }
}
