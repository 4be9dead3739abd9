package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.health.HealthEvaluator;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.http.ApiServer.Reply;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class AgentsFlowTest {
    private static ApiServer api;

    @BeforeAll
    static void start() {
        api = new ApiServer();
        for (int i = 0; i < 5; i++) {
            api.agent(Organizations.DEFAULT, "web-" + i, "active");
        }
        api.agent(Organizations.DEFAULT, "broken", "quarantined");
        api.agent(Organizations.DEFAULT, "commanded", "active");
        api.agent(ApiServer.OTHER, "theirs", "active");
        api.execute("UPDATE agents SET category = 'SUPPORT', kind = 'tcp-check' WHERE id = 'web-4'");
        api.execute("""
                INSERT INTO agents (organization_id, id, kind, category, source)
                SELECT organization_id, 'a-slot', 'planner', 'STRATEGIC', 'slot' FROM organizations WHERE name = 'default'
                """);
        scored();
    }

    private static void scored() {
        api.execute("""
                INSERT INTO agent_health (organization_id, agent_id, at, score)
                SELECT organization_id, 'web-1', now(), 87.5
                FROM organizations WHERE name = 'default'
                ON CONFLICT (organization_id, agent_id, group_name) DO UPDATE SET score = excluded.score, band = excluded.band
                """);
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static List<String> ids(JsonNode list) {
        return list.path("items")
                .valueStream()
                .map(item -> item.path("id").asString())
                .toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "kind=tcp-check|web-4",
                "category=SUPPORT|web-4",
                "capability=web&q=WEB-3|web-3",
                "q=checks web-2|web-2",
                "state=quarantined|broken",
                "state=inactive|a-slot",
                "node=node-7|''",
            })
    void a_filter_leaves_what_it_asks_for(String query, String expected) {
        assertThat(String.join(
                        ",",
                        ids(api.get(Role.VIEWER, "/api/v1/agents?" + query.replace(" ", "%20"))
                                .json())))
                .isEqualTo(expected);
    }

    @Test
    void several_states_may_be_asked_for() {
        assertThat(ids(api.get(Role.VIEWER, "/api/v1/agents?state=inactive,quarantined")
                        .json()))
                .containsExactly("a-slot", "broken");
    }

    @Test
    void pages_hold_every_agent_of_the_organization_once_and_in_order() {
        List<String> seen = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page =
                    api.get(Role.VIEWER, "/api/v1/agents?limit=3" + cursor).json();
            assertThat(ids(page)).hasSizeLessThanOrEqualTo(3);
            seen.addAll(ids(page));
            cursor = page.path("next").isNull()
                    ? ""
                    : "&cursor=" + page.path("next").asString();
        } while (!cursor.isEmpty());

        assertThat(seen).containsExactly("a-slot", "broken", "commanded", "web-0", "web-1", "web-2", "web-3", "web-4");
    }

    @Test
    void an_agent_is_described_with_its_schedule_and_health() {
        JsonNode agent = api.get(Role.VIEWER, "/api/v1/agents/web-1").json();

        assertThat(agent.path("schedule").path("interval").asString()).isEqualTo("PT30S");
        assertThat(agent.path("heartbeatInterval").asString()).isEqualTo("PT10S");
        assertThat(agent.path("health").asDouble()).isEqualTo(87.5);
        assertThat(agent.path("healthBand").asString()).isEqualTo("healthy");
        assertThat(agent.path("phase").asString()).isEqualTo("heartbeating");
        assertThat(api.get(Role.VIEWER, "/api/v1/agents/a-slot")
                        .json()
                        .path("schedule")
                        .isNull())
                .isTrue();
    }

    @Test
    void health_comes_with_its_parts_and_their_evidence() {
        api.execute("""
                INSERT INTO node_sessions (session_id, node_id, started_at, expires_at)
                VALUES ('00000000-0000-0000-0000-0000000000aa', 'judging', now() - interval '1 hour',
                    now() + interval '1 hour');
                UPDATE agents SET created_at = now() - interval '1 hour' WHERE id = 'web-1';
                UPDATE agent_leases
                SET session_id = '00000000-0000-0000-0000-0000000000aa', leased_at = now() - interval '1 hour'
                WHERE agent_id = 'web-1';
                INSERT INTO agent_heartbeats (organization_id, agent_id, at, fence, sequence, phase, ticks, failures,
                    items, busy_ms, max_ms, late_ms, abandoned)
                SELECT organization_id, 'web-1', now() - number * interval '10 seconds', 1, 100 - number, 'working',
                    1, 0, 1, 1, 1, 0, 0
                FROM organizations
                CROSS JOIN generate_series(1, 7) AS number
                WHERE name = 'default'
                """);
        new HealthEvaluator(api.database()).evaluate(api.database().now());
        api.execute("DELETE FROM node_sessions WHERE node_id = 'judging'");

        JsonNode health = api.get(Role.VIEWER, "/api/v1/agents/web-1/health").json();

        scored();
        assertThat(health.path("score").asDouble()).isBetween(1.0, 99.0);
        assertThat(health.at("/parts/0/name").asString()).isEqualTo("uptime");
        assertThat(health.at("/parts/0/evidence/received").asInt()).isEqualTo(7);
        assertThat(api.get(Role.VIEWER, "/api/v1/agents/web-0/health")
                        .json()
                        .path("score")
                        .isNull())
                .isTrue();
    }

    private static Reply command(String agent, String command) {
        return api.post(Role.OPERATOR, "/api/v1/agents/" + agent + "/" + command, "{\"reason\":\"a test\"}");
    }

    @Test
    void a_command_is_seen_at_once_and_leaves_an_event_with_its_reason() {
        assertThat(command("commanded", "pause").json().path("desired").asString())
                .isEqualTo("paused");

        assertThat(api.get(Role.VIEWER, "/api/v1/agents/commanded")
                        .json()
                        .path("desired")
                        .asString())
                .isEqualTo("paused");
        JsonNode event = api.get(Role.VIEWER, "/api/v1/agents/commanded/events?type=agent.commanded")
                .json()
                .path("items")
                .path(0);
        assertThat(event.path("cause").asString()).isEqualTo("a test");
        assertThat(event.path("detail").path("command").asString()).isEqualTo("pause");
        assertThat(event.path("detail").path("actor").asString())
                .isEqualTo("operator (key "
                        + api.key(Organizations.DEFAULT, Role.OPERATOR).id() + ")");
    }

    @Test
    void what_is_wanted_already_may_be_asked_again_and_leaves_no_second_event() {
        command("web-0", "maintenance");
        assertThat(command("web-0", "maintenance").status()).isEqualTo(200);

        assertThat(api.get(Role.VIEWER, "/api/v1/agents/web-0/events").json().path("items"))
                .hasSize(1);
    }

    @Test
    void what_the_state_does_not_allow_is_refused_with_409_and_what_to_do() {
        assertThat(command("web-2", "shutdown").status()).isEqualTo(200);

        Reply pause = command("web-2", "pause");
        assertThat(pause.status()).isEqualTo(409);
        assertThat(pause.code()).isEqualTo("TRANSITION_REFUSED");
        assertThat(pause.json().path("detail").asString()).contains("web-2").contains("resume");
        assertThat(command("a-slot", "restart").status()).isEqualTo(409);
        assertThat(command("broken", "resume").status()).isEqualTo(409);
        assertThat(command("broken", "restart").status()).isEqualTo(200);
    }

    @Test
    void a_command_needs_a_reason() {
        assertThat(api.post(Role.OPERATOR, "/api/v1/agents/web-3/pause", "{}").status())
                .isEqualTo(422);
        assertThat(api.post(Role.OPERATOR, "/api/v1/agents/web-3/pause", "{\"reason\":\" \"}")
                        .status())
                .isEqualTo(422);
    }

    @Test
    void the_overview_counts_what_there_is_and_names_what_is_wrong() {
        JsonNode overview = api.get(Role.VIEWER, "/api/v1/overview").json();

        assertThat(overview.path("agents").path("total").asInt()).isEqualTo(8);
        assertThat(overview.path("agents").path("byState").path("inactive").asInt())
                .isEqualTo(1);
        assertThat(overview.path("problems")
                        .valueStream()
                        .filter(problem -> problem.path("problem").asString().equals("quarantined"))
                        .map(problem -> problem.path("agent").asString()))
                .containsExactly("broken");
        assertThat(overview.path("minutes").path("ticks")).hasSize(30);
    }
}
