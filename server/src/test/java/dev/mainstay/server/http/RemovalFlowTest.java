package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.http.ApiServer.Reply;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Nodes that are drained, and agents that are removed.
class RemovalFlowTest {
    private static ApiServer api;

    @BeforeAll
    static void start() {
        api = new ApiServer();
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    @Test
    void a_node_that_does_not_exist_cannot_drain() {
        Reply reply = api.post(Role.ADMIN, "/api/v1/nodes/no-such-node/drain", "{\"reason\":\"a test\"}");

        assertThat(reply.status()).isEqualTo(404);
    }

    private void node(String id) {
        api.execute("""
                INSERT INTO node_sessions (session_id, node_id, kinds, expires_at)
                VALUES (gen_random_uuid(), '%s', '{http-check}', now() + interval '1 hour')
                """.formatted(id));
    }

    private Reply tell(String node, String order, String body) {
        return api.post(Role.ADMIN, "/api/v1/nodes/" + node + "/" + order, body);
    }

    @Test
    void a_node_drains_and_takes_that_back_and_the_last_one_only_when_forced() {
        api.execute("UPDATE node_sessions SET ended_at = now() WHERE ended_at IS NULL");
        node("node-8");
        node("node-9");

        assertThat(tell("node-9", "drain", "{\"reason\":\"a new disk\"}")
                        .json()
                        .path("state")
                        .asString())
                .isEqualTo("draining");
        assertThat(cause("node.draining")).isEqualTo("a new disk");

        Reply last = tell("node-8", "drain", "{\"reason\":\"a new disk too\"}");
        assertThat(last.status()).isEqualTo(409);
        assertThat(last.code()).isEqualTo("NODE_LAST");
        assertThat(last.json().path("detail").asString())
                .contains("nowhere to go")
                .contains("another node");

        assertThat(tell("node-9", "undrain", "{\"reason\":\"it is in\"}")
                        .json()
                        .path("state")
                        .asString())
                .isEqualTo("live");
        assertThat(cause("node.undrained")).isEqualTo("it is in");
        assertThat(tell("node-8", "drain", "{\"reason\":\"a new disk too\"}").status())
                .isEqualTo(200);
        assertThat(tell("node-9", "drain", "{\"reason\":\"the end\",\"force\":true}")
                        .json()
                        .path("state")
                        .asString())
                .isEqualTo("draining");
        assertThat(tell("no-such-node", "undrain", "{\"reason\":\"a test\"}").status())
                .isEqualTo(404);
    }

    private String cause(String type) {
        return api.get(Role.VIEWER, "/api/v1/events?type=" + type)
                .json()
                .path("items")
                .path(0)
                .path("cause")
                .asString();
    }

    private Reply remove(Role role, String agent) {
        return delete(role, agent + "?reason=no+longer+sold");
    }

    private Reply delete(Role role, String path) {
        return api.send(
                "DELETE",
                "/api/v1/agents/" + path,
                api.key(Organizations.DEFAULT, role).reveal(),
                null);
    }

    @Test
    void an_agent_is_removed_once_it_is_shut_down_and_what_it_did_stays() {
        api.execute("""
                INSERT INTO agents (organization_id, id, kind, category, source, state)
                VALUES ('00000000-0000-0000-0000-000000000001', 'old', 'http-check', 'SUPPORT', 'file', 'active')
                """);
        api.execute("""
                INSERT INTO agent_leases (organization_id, agent_id, fence, ticks)
                VALUES ('00000000-0000-0000-0000-000000000001', 'old', 7, 99)
                """);

        Reply wanted = remove(Role.ADMIN, "old");
        assertThat(wanted.status()).isEqualTo(409);
        assertThat(wanted.code()).isEqualTo("AGENT_IN_USE");
        assertThat(wanted.json().path("detail").asString()).contains("shut it down first");
        assertThat(remove(Role.OPERATOR, "old").status()).isEqualTo(403);

        api.post(Role.OPERATOR, "/api/v1/agents/old/shutdown", "{\"reason\":\"no longer sold\"}");
        assertThat(remove(Role.ADMIN, "old").status()).isEqualTo(204);

        assertThat(api.get(Role.VIEWER, "/api/v1/agents/old").status()).isEqualTo(404);
        assertThat(remove(Role.ADMIN, "old").status()).isEqualTo(404);
        assertThat(api.get(Role.VIEWER, "/api/v1/events?agent=old")
                        .json()
                        .path("items")
                        .valueStream()
                        .map(event -> event.path("type").asString()))
                .startsWith("agent.removed")
                .contains("agent.commanded", "agent.transition");
        assertThat(cause("agent.removed")).isEqualTo("no longer sold");
    }

    @Test
    void a_slot_and_an_agent_that_still_runs_cannot_be_removed() {
        api.execute("""
                INSERT INTO agents (organization_id, id, kind, category, source, state, desired)
                VALUES ('00000000-0000-0000-0000-000000000001', 'plan', 'plan', 'SUPPORT', 'slot', 'inactive', 'running'),
                    ('00000000-0000-0000-0000-000000000001', 'busy', 'busy', 'SUPPORT', 'file', 'active', 'shutdown')
                """);
        api.execute("""
                INSERT INTO agent_leases (organization_id, agent_id, session_id)
                VALUES ('00000000-0000-0000-0000-000000000001', 'plan', NULL),
                    ('00000000-0000-0000-0000-000000000001', 'busy', gen_random_uuid())
                """);

        assertThat(remove(Role.ADMIN, "plan").json().path("detail").asString()).contains("is a slot");
        assertThat(remove(Role.ADMIN, "busy").json().path("detail").asString()).contains("still being shut down");
        assertThat(delete(Role.ADMIN, "busy").status()).isEqualTo(400);
    }
}
