package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.http.ApiServer.Reply;
import dev.mainstay.slo.DeclaredSlos;
import dev.mainstay.slo.Indicator;
import dev.mainstay.slo.Slo;
import dev.mainstay.slo.SloMonitor;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// SLOs and health over HTTP; each answer is held against the document by [ApiServer].
class SlosFlowTest {
    private static final String SLOS = "/api/v1/slos";
    private static ApiServer api;

    @BeforeAll
    static void start() {
        api = new ApiServer();
        api.agent(Organizations.DEFAULT, "shop", "active");
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static Reply post(String body) {
        return api.post(Role.OPERATOR, SLOS, body.replace('\'', '"'));
    }

    private static Reply delete(String name) {
        return api.send(
                "DELETE",
                SLOS + "/" + name,
                api.key(Organizations.DEFAULT, Role.OPERATOR).reveal(),
                null);
    }

    @Test
    void one_is_made_changed_counted_listed_and_removed() {
        Reply made =
                post("{'name': 'made', 'agent': 'shop', 'indicator': 'latency', 'objective': 99.5, 'within': 'PT2S'}");
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.json().path("within").asString()).isEqualTo("PT2S");
        assertThat(made.json().path("status").isNull()).isTrue();
        assertThat(post("{'name': 'made', 'agent': 'shop', 'indicator': 'success', 'objective': 99, 'period': 'P7D'}")
                        .status())
                .isEqualTo(200);
        api.execute("""
                UPDATE slos SET counted_to = counted_to - interval '30 minutes' WHERE name = 'made';
                INSERT INTO agent_heartbeats (organization_id, agent_id, at, fence, sequence, phase, ticks, failures,
                    items, busy_ms, max_ms, late_ms, abandoned)
                SELECT organization_id, 'shop', now() - interval '10 minutes', 1, 1, 'working', 100, 40, 0, 1, 1, 0, 0
                FROM organizations WHERE name = 'default'
                """);
        new SloMonitor(api.database()).round(handle -> {});
        JsonNode slo = api.get(Role.VIEWER, SLOS + "/made").json();
        assertThat(slo.at("/status/good").asInt()).isEqualTo(60);
        assertThat(slo.at("/status/reached").asDouble()).isEqualTo(60);
        assertThat(slo.at("/status/windows")).hasSize(7);
        assertThat(slo.at("/status/urgency").asString(""))
                .as("ten minutes ago, so not in five")
                .isEqualTo("page");
        JsonNode listed =
                api.get(Role.VIEWER, SLOS + "?agent=shop&urgency=page&limit=1").json();
        assertThat(listed.at("/items/0/name").asString()).isEqualTo("made");
        assertThat(api.get(Role.VIEWER, SLOS + "?queue=orders").json().path("items"))
                .isEmpty();
        assertThat(delete("made").status()).isEqualTo(204);
        assertThat(delete("made").status()).isEqualTo(404);
    }

    @Test
    void what_a_file_declares_is_changed_there() {
        new DeclaredSlos(api.database(), Organizations.DEFAULT)
                .declare(List.of(new Slo(
                        "declared", null, "orders", Indicator.SUCCESS, null, null, 99, Duration.ofDays(30), 10, "")));
        Reply refused = post("{'name': 'declared', 'queue': 'orders', 'indicator': 'success', 'objective': 90}");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("SLO_DECLARED");
        assertThat(delete("declared").status()).isEqualTo(409);
        assertThat(api.get(Role.VIEWER, SLOS + "/declared")
                        .json()
                        .path("source")
                        .asString())
                .isEqualTo("file");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {'name': 'x', 'indicator': 'success', 'objective': 99}                                    | $.agent
            {'name': 'X', 'agent': 'a', 'indicator': 'success', 'objective': 99}                      | $.name
            {'name': 'x', 'agent': 'a', 'indicator': 'succes', 'objective': 99}                       | $.indicator
            {'name': 'x', 'agent': 'a', 'indicator': 'success', 'objective': 100}                     | $.objective
            {'name': 'x', 'agent': 'a', 'indicator': 'latency', 'objective': 99}                      | $.within
            {'name': 'x', 'queue': 'a', 'indicator': 'heartbeat', 'objective': 99}                    | $.indicator
            {'name': 'x', 'agent': 'a', 'indicator': 'cost', 'objective': 99, 'atMost': 1}            | $.metric
            {'name': 'x', 'agent': 'a', 'indicator': 'success', 'objective': 99, 'period': 'PT1H'}    | $.period
            """)
    void a_wrong_one_is_refused_with_its_place(String body, String place) {
        Reply refused = post(body);
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.json().at("/errors/0/path").asString()).isEqualTo(place);
    }

    @Test
    void health_of_system_groups_and_the_past_has_its_answers() {
        api.execute("""
                INSERT INTO agent_health (organization_id, agent_id, group_name, at, score, parts, band)
                SELECT organization_id, '', unnest(ARRAY['', 'checkout']), now(), 61, '[]', 'degraded'
                FROM organizations WHERE name = 'default'
                """);
        assertThat(api.get(Role.VIEWER, "/api/v1/health").json().path("band").asString())
                .isEqualTo("degraded");
        assertThat(api.get(Role.VIEWER, "/api/v1/health/groups")
                        .json()
                        .at("/items/0/group")
                        .asString())
                .isEqualTo("checkout");
        assertThat(api.get(Role.VIEWER, "/api/v1/health/groups/checkout")
                        .json()
                        .path("score")
                        .asDouble())
                .isEqualTo(61);
        for (String path : List.of("/api/v1/health", "/api/v1/agents/shop/health")) {
            JsonNode past = api.get(Role.VIEWER, path + "?at=-PT1H").json();
            assertThat(past.path("score").isNull()).isTrue();
            assertThat(past.path("note").asString()).contains("no score is stored");
        }
        Reply wrong = api.get(Role.VIEWER, "/api/v1/agents/shop/health?at=yesterday");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.json().at("/errors/0/path").asString()).isEqualTo("at");
    }
}
