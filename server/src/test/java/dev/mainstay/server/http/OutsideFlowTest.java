package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.agent.OutsideAgents;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Role;
import dev.mainstay.server.http.ApiServer.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class OutsideFlowTest {
    private static ApiServer api;

    @BeforeAll
    static void start() {
        api = new ApiServer();
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static JsonNode register(String id) {
        Reply reply = api.post(
                Role.AGENT,
                "/api/v1/agents",
                "{\"id\":\"" + id + "\",\"interval\":\"PT1M\",\"heartbeatInterval\":\"PT1S\"}");
        assertThat(reply.status()).isBetween(200, 201);
        return reply.json();
    }

    private static Reply report(JsonNode lease, String heartbeat, String rest) {
        return api.post(
                Role.AGENT,
                "/api/v1/agents/" + lease.path("agent").asString() + "/heartbeat",
                "{\"fence\":%d,\"leaseToken\":\"%s\",\"heartbeat\":%s%s}"
                        .formatted(
                                lease.path("fence").asLong(),
                                lease.path("leaseToken").asString(),
                                heartbeat,
                                rest));
    }

    private static JsonNode agent(String id) {
        // A snapshot may be half a second old; a registration is seen at once.
        api.watches.of(Organizations.DEFAULT).changed();
        return api.get(Role.VIEWER, "/api/v1/agents/" + id).json();
    }

    private static List<String> commands(Reply reply) {
        return reply.json()
                .path("commands")
                .valueStream()
                .map(command -> command.path("command").asString())
                .toList();
    }

    private static void command(String id, String command) {
        Reply reply = api.post(
                Role.OPERATOR, "/api/v1/agents/" + id + "/" + command, "{\"reason\":\"because of " + command + "\"}");
        assertThat(reply.status()).isEqualTo(200);
    }

    @Test
    void a_registration_leads_the_agent_to_active_step_by_step() {
        JsonNode lease = register("fresh");

        assertThat(lease.path("fence").asLong()).isEqualTo(1);
        assertThat(lease.path("leaseDuration").asString()).isEqualTo("PT10S");
        assertThat(agent("fresh").path("state").asString()).isEqualTo("active");
        assertThat(agent("fresh").path("source").asString()).isEqualTo("http");
        assertThat(agent("fresh").path("schedule").path("interval").asString()).isEqualTo("PT1M");
        assertThat(api.get(Role.VIEWER, "/api/v1/agents/fresh/events?type=agent.transition")
                        .json()
                        .path("items")
                        .valueStream()
                        .map(event -> event.path("detail").path("to").asString()))
                .containsExactly("active", "monitoring", "configuring", "registering", "initializing");
    }

    @Test
    void one_call_stores_heartbeat_metrics_and_events() {
        JsonNode lease = register("carrier");

        Reply stored = report(
                lease,
                "{\"sequence\":1,\"phase\":\"working\",\"ticks\":4,\"failures\":1,\"items\":9,\"busyMs\":100,"
                        + "\"maxMs\":60,\"lastError\":\"it broke\"}",
                ",\"metrics\":[{\"name\":\"prices\",\"value\":1.5,\"unit\":\"count\",\"labels\":{\"shop\":\"a\"}},"
                        + "{\"name\":\"prices\",\"value\":2.5,\"labels\":{\"shop\":\"b\"}}],"
                        + "\"events\":[{\"type\":\"prices.pulled\",\"cause\":\"on time\",\"detail\":{\"n\":9}}]");

        assertThat(stored.status()).isEqualTo(200);
        JsonNode agent = agent("carrier");
        assertThat(agent.path("ticks").asInt()).isEqualTo(4);
        assertThat(agent.path("failures").asInt()).isEqualTo(1);
        assertThat(agent.path("lastError").asString()).isEqualTo("it broke");
        assertThat(agent.path("lastDurationMs").asDouble()).isEqualTo(60);
        assertThat(api.get(Role.VIEWER, "/api/v1/agents/carrier/heartbeats")
                        .json()
                        .path("items"))
                .hasSize(1);
        assertThat(api.get(Role.VIEWER, "/api/v1/agents/carrier/metrics").json().path("items"))
                .hasSize(2);
        assertThat(api.get(Role.VIEWER, "/api/v1/agents/carrier/metrics?name=prices&from=-PT5M")
                        .json()
                        .path("items")
                        .valueStream()
                        .map(series ->
                                series.path("points").path(0).path("value").asDouble()))
                .containsExactlyInAnyOrder(1.5, 2.5);
        assertThat(api.get(Role.VIEWER, "/api/v1/agents/carrier/events?type=prices.*")
                        .json()
                        .path("items")
                        .path(0)
                        .path("detail")
                        .path("n")
                        .asInt())
                .isEqualTo(9);
    }

    @Test
    void a_repeated_call_is_acknowledged_and_not_counted_twice() {
        JsonNode lease = register("repeater");
        String body = "{\"sequence\":7,\"ticks\":1}";
        String event = ",\"events\":[{\"type\":\"once.only\"}]";

        assertThat(report(lease, body, event).status()).isEqualTo(200);
        assertThat(report(lease, body, event).status()).isEqualTo(200);

        assertThat(agent("repeater").path("ticks").asInt()).isEqualTo(1);
        assertThat(api.get(Role.VIEWER, "/api/v1/events?type=once.only").json().path("items"))
                .hasSize(1);
        assertThat(report(lease, "{\"ticks\":1}", "").status()).isEqualTo(200);
        assertThat(agent("repeater").path("ticks").asInt()).isEqualTo(2);
    }

    @Test
    void registering_again_takes_the_lease_and_the_old_one_changes_nothing() {
        JsonNode old = register("moved");
        JsonNode fresh = register("moved");

        Reply late = report(old, "{\"ticks\":1}", ",\"events\":[{\"type\":\"too.late\"}]");

        assertThat(late.status()).isEqualTo(409);
        assertThat(late.code()).isEqualTo("LEASE_LOST");
        assertThat(api.get(Role.VIEWER, "/api/v1/events?type=too.late").json().path("items"))
                .isEmpty();
        assertThat(fresh.path("fence").asLong()).isGreaterThan(old.path("fence").asLong());
        assertThat(report(fresh, "{}", "").status()).isEqualTo(200);
    }

    @Test
    void the_right_token_with_another_fence_is_refused() {
        JsonNode lease = register("guessed");

        Reply reply = api.post(
                Role.AGENT,
                "/api/v1/agents/guessed/heartbeat",
                "{\"fence\":99,\"leaseToken\":\"%s\",\"heartbeat\":{}}"
                        .formatted(lease.path("leaseToken").asString()));

        assertThat(reply.code()).isEqualTo("LEASE_LOST");
    }

    @Test
    void commands_come_in_the_answer_until_they_are_followed() {
        JsonNode lease = register("obedient");
        assertThat(commands(report(lease, "{}", ""))).isEmpty();

        command("obedient", "pause");
        Reply paused = report(lease, "{}", "");
        assertThat(commands(paused)).containsExactly("pause");
        assertThat(paused.json().path("commands").path(0).path("reason").asString())
                .isEqualTo("because of pause");
        assertThat(commands(report(lease, "{\"mode\":\"paused\"}", ""))).isEmpty();

        command("obedient", "maintenance");
        assertThat(commands(report(lease, "{\"mode\":\"paused\"}", ""))).containsExactly("maintenance");
        assertThat(commands(report(lease, "{\"mode\":\"maintenance\"}", ""))).isEmpty();
        assertThat(agent("obedient").path("state").asString()).isEqualTo("maintenance");

        command("obedient", "resume");
        assertThat(commands(report(lease, "{\"mode\":\"maintenance\"}", ""))).containsExactly("resume");
        assertThat(commands(report(lease, "{}", ""))).isEmpty();
        assertThat(agent("obedient").path("state").asString()).isEqualTo("active");
    }

    @Test
    void a_restart_is_followed_by_registering_again() {
        JsonNode lease = register("restarted");
        command("restarted", "restart");

        assertThat(commands(report(lease, "{}", ""))).containsExactly("restart");
        assertThat(commands(report(lease, "{}", ""))).containsExactly("restart");
        assertThat(commands(report(register("restarted"), "{}", ""))).isEmpty();
    }

    @Test
    void a_shutdown_that_is_followed_ends_the_lease() {
        JsonNode lease = register("leaving");
        command("leaving", "shutdown");
        assertThat(commands(report(lease, "{}", ""))).containsExactly("shutdown");

        assertThat(commands(report(lease, "{\"mode\":\"shutdown\"}", ""))).isEmpty();

        assertThat(agent("leaving").path("state").asString()).isEqualTo("shutdown");
        assertThat(report(lease, "{}", "").code()).isEqualTo("LEASE_LOST");
    }

    /// The database of the test may not have run for the ten seconds of an ordinary lease.
    private void fallSilent(String id) {
        api.execute("UPDATE agents SET spec = jsonb_set(spec, '{lease}', '\"PT3S\"') WHERE id = '" + id + "'");
        api.execute("UPDATE agent_leases SET leased_at = now() - interval '11 seconds' WHERE agent_id = '" + id + "'");
    }

    @Test
    void an_agent_that_falls_silent_fails_and_may_register_again() {
        JsonNode lease = register("silent");
        fallSilent("silent");
        OutsideAgents agents = new OutsideAgents(api.database());

        agents.expireSilent(handle -> {});

        assertThat(agent("silent").path("state").asString()).isEqualTo("failed");
        assertThat(agent("silent").path("cause").asString()).isEqualTo("no heartbeat for 3s");
        assertThat(report(lease, "{}", "").code()).isEqualTo("LEASE_LOST");
        register("silent");
        assertThat(agent("silent").path("state").asString()).isEqualTo("active");
    }

    @Test
    void a_call_shows_that_the_agent_lives_whatever_time_it_gives() {
        JsonNode lease = register("backdated");
        fallSilent("backdated");
        Instant tenMinutesAgo = api.database().now().minusSeconds(600);

        assertThat(report(lease, "{\"at\":\"" + tenMinutesAgo + "\"}", "").status())
                .isEqualTo(200);
        new OutsideAgents(api.database()).expireSilent(handle -> {});

        assertThat(agent("backdated").path("state").asString()).isEqualTo("active");
        assertThat(Instant.parse(api.get(Role.VIEWER, "/api/v1/agents/backdated/heartbeats")
                        .json()
                        .path("items")
                        .path(0)
                        .path("at")
                        .asString()))
                .isBefore(tenMinutesAgo.plusSeconds(1));
    }

    @Test
    void one_that_is_to_be_shut_down_and_falls_silent_is_shut_down() {
        register("gone");
        command("gone", "shutdown");
        fallSilent("gone");

        new OutsideAgents(api.database()).expireSilent(handle -> {});

        assertThat(agent("gone").path("state").asString()).isEqualTo("shutdown");
    }

    @ParameterizedTest
    @ValueSource(strings = {"active", "failed", "quarantined", "recovering", "maintenance"})
    void an_agent_that_nobody_runs_is_shut_down_at_once(String state) {
        String id = "unheld-" + state;
        api.agent(Organizations.DEFAULT, id, state);
        api.execute("UPDATE agent_leases SET session_id = NULL, node_id = NULL WHERE agent_id = '" + id + "'");

        command(id, "shutdown");

        assertThat(agent(id).path("state").asString()).isEqualTo("shutdown");
        JsonNode step = api.get(Role.VIEWER, "/api/v1/agents/" + id + "/events?type=agent.transition")
                .json()
                .path("items")
                .path(0);
        assertThat(step.path("detail").path("from").asString()).isEqualTo(state);
        assertThat(step.path("detail").path("to").asString()).isEqualTo("shutdown");
        assertThat(step.path("cause").asString()).isEqualTo("because of shutdown");
    }

    @Test
    void an_agent_that_a_node_runs_is_left_to_it() {
        api.agent(Organizations.DEFAULT, "run-elsewhere", "active");

        command("run-elsewhere", "shutdown");

        assertThat(agent("run-elsewhere").path("state").asString()).isEqualTo("active");
    }

    @Test
    void the_database_refuses_a_command_it_does_not_know() {
        api.agent(Organizations.DEFAULT, "asked", "active");

        assertThatThrownBy(() -> api.database()
                        .api(Organizations.DEFAULT)
                        .write(handle -> handle.createQuery("SELECT agent_command('asked', 'stop', 'r', 'a')")
                                .mapTo(Boolean.class)
                                .one()))
                .hasMessageContaining("there is no command stop");
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "Infinity", "-Infinity", "1e400", "\"7\"", "null", "true"})
    void a_metric_that_is_no_finite_number_refuses_the_whole_call(String value) {
        JsonNode lease = register("precise");

        Reply reply = report(
                lease,
                "{\"ticks\":1}",
                ",\"metrics\":[{\"name\":\"ok\",\"value\":1},{\"name\":\"bad\",\"value\":" + value + "}]");

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.json().path("errors").path(0).path("path").asString()).isEqualTo("$.metrics[1].value");
        assertThat(agent("precise").path("ticks").asInt()).isZero();
    }

    @Test
    void events_of_mainstays_own_names_are_refused_with_422() {
        JsonNode lease = register("liar");
        for (String type : List.of("agent.commanded", "node.lost", "supervisor.escalated", "task.dead")) {
            Reply reply = report(lease, "{\"ticks\":1}", ",\"events\":[{\"type\":\"" + type + "\"}]");
            assertThat(reply.status()).as(type).isEqualTo(422);
            assertThat(reply.json().path("errors").path(0).path("path").asString())
                    .isEqualTo("$.events[0].type");
        }
    }

    @Test
    void a_time_ahead_or_long_ago_is_refused_with_422() {
        JsonNode lease = register("punctual");

        for (Duration off : List.of(Duration.ofSeconds(20), Duration.ofHours(-25))) {
            Reply reply = reportAt(lease, off);
            assertThat(reply.status()).isEqualTo(422);
            assertThat(reply.json().path("errors").path(0).path("path").asString())
                    .isEqualTo("$.heartbeat.at");
        }
        for (Duration off : List.of(Duration.ofSeconds(3), Duration.ofHours(-23))) {
            assertThat(reportAt(lease, off).status()).isEqualTo(200);
        }
    }

    private static Reply reportAt(JsonNode lease, Duration off) {
        Instant at = api.database().now().plus(off);
        return report(lease, "{\"at\":\"" + at + "\"}", "");
    }

    @Test
    void an_agent_declared_otherwise_or_with_another_key_cannot_be_taken() {
        api.agent(Organizations.DEFAULT, "from-file", "active");
        api.post(Role.OPERATOR, "/api/v1/agents", "{\"id\":\"by-operator\"}");

        assertThat(api.post(Role.AGENT, "/api/v1/agents", "{\"id\":\"from-file\"}")
                        .code())
                .isEqualTo("AGENT_DUPLICATE");
        assertThat(api.post(Role.AGENT, "/api/v1/agents", "{\"id\":\"by-operator\"}")
                        .code())
                .isEqualTo("AGENT_DUPLICATE");
        assertThat(api.post(Role.ADMIN, "/api/v1/agents", "{\"id\":\"by-operator\"}")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void the_same_id_in_two_organizations_are_two_agents() {
        register("twin");
        Reply other = api.send(
                "POST", "/api/v1/agents", api.key(ApiServer.OTHER, Role.AGENT).reveal(), "{\"id\":\"twin\"}");

        assertThat(other.status()).isEqualTo(201);
        assertThat(report(other.json(), "{}", "").code()).isEqualTo("LEASE_LOST");
    }

    @Test
    void an_agent_of_another_organization_cannot_be_written() {
        String foreignKey = api.key(ApiServer.OTHER, Role.AGENT).reveal();
        Reply theirs = api.send("POST", "/api/v1/agents", foreignKey, "{\"id\":\"foreign\"}");
        String body = "{\"fence\":%d,\"leaseToken\":\"%s\",\"heartbeat\":{\"ticks\":7}}"
                .formatted(
                        theirs.json().path("fence").asLong(),
                        theirs.json().path("leaseToken").asString());

        Reply refused = api.post(Role.AGENT, "/api/v1/agents/foreign/heartbeat", body);
        assertThat(refused.status()).isEqualTo(404);
        assertThat(refused.body())
                .isEqualTo(api.post(Role.AGENT, "/api/v1/agents/no-such/heartbeat", body)
                        .body()
                        .replace("no-such", "foreign"));
        assertThat(api.get(Role.VIEWER, "/api/v1/agents/foreign").status()).isEqualTo(404);

        assertThat(api.send("POST", "/api/v1/agents/foreign/heartbeat", foreignKey, body)
                        .status())
                .as("the same call of its owner is taken, and is the first with ticks")
                .isEqualTo(200);
    }

    @Test
    void a_slot_becomes_the_agent_that_registers_under_its_id() {
        api.execute("""
                INSERT INTO agents (organization_id, id, kind, category, source)
                SELECT organization_id, 'planned', 'planner', 'STRATEGIC', 'slot'
                FROM organizations WHERE name = 'default'
                """);

        register("planned");

        assertThat(agent("planned").path("source").asString()).isEqualTo("http");
        assertThat(agent("planned").path("state").asString()).isEqualTo("active");
    }
}
