package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.server.auth.Role;
import dev.mainstay.testing.Eventually;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// The examples and the guide of agents over HTTP, run as a reader would run them.
class HttpAgentExamplesFlowTest {
    private static ApiServer api;

    @BeforeAll
    static void start() {
        api = new ApiServer();
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static JsonNode agent(String id) {
        return api.get(Role.VIEWER, "/api/v1/agents/" + id).json();
    }

    private static void command(String id, String command) {
        assertThat(api.post(Role.OPERATOR, "/api/v1/agents/" + id + "/" + command, "{\"reason\":\"a test\"}")
                        .status())
                .isEqualTo(200);
    }

    private static void lives(String id, String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("example", ".log");
        Process process = Examples.run(api, output, Role.AGENT, command);
        try {
            Eventually.holds(
                    id + " ticks",
                    Duration.ofSeconds(30),
                    () -> agent(id).path("ticks").asInt() > 0);
            command(id, "maintenance");
            Eventually.holds(
                    id + " is in maintenance",
                    Duration.ofSeconds(30),
                    () -> agent(id).path("state").asString().equals("maintenance"));
            command(id, "resume");
            Eventually.holds(
                    id + " is active again",
                    Duration.ofSeconds(30),
                    () -> agent(id).path("state").asString().equals("active"));
            command(id, "restart");
            Eventually.holds(
                    id + " has registered again",
                    Duration.ofSeconds(30),
                    () -> agent(id).path("fence").asInt() > 1);
            command(id, "shutdown");
            assertThat(process.waitFor(30, TimeUnit.SECONDS))
                    .as(Files.readString(output))
                    .isTrue();
            assertThat(process.exitValue()).as(Files.readString(output)).isZero();
            Eventually.holds(
                    id + " is shut down",
                    Duration.ofSeconds(5),
                    () -> agent(id).path("state").asString().equals("shutdown"));
        } finally {
            process.destroyForcibly();
            Files.delete(output);
        }
    }

    @Test
    void the_python_agent_works_and_obeys() throws Exception {
        Examples.requires("python3");

        lives(
                "in-python",
                "python3",
                Examples.DOCS.resolve("examples/http-agent/agent.py").toString(),
                "in-python");
    }

    @Test
    void the_node_agent_works_and_obeys() throws Exception {
        Examples.requires("node");

        lives(
                "in-node",
                "node",
                Examples.DOCS.resolve("examples/http-agent/agent.mjs").toString(),
                "in-node");
    }

    @Test
    void the_curl_session_of_the_guide_works() throws Exception {
        Examples.requires("curl");
        String script = Examples.script("agent-over-http.md");
        Path output = Files.createTempFile("session", ".log");

        Process process = Examples.run(api, output, Role.ADMIN, "sh", "-c", script);

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String said = Files.readString(output, StandardCharsets.UTF_8);
        Files.delete(output);
        assertThat(process.exitValue()).as(said).isZero();
        assertThat(said).contains("\"desired\":\"running\",\"commands\":[]");
        assertThat(api.get(Role.VIEWER, "/api/v1/agents/price-sync/metrics")
                        .json()
                        .path("items"))
                .hasSize(1);
        Eventually.holds(
                "price-sync has left",
                Duration.ofSeconds(5),
                () -> agent("price-sync").path("state").asString().equals("shutdown"));
        assertThat(List.of(agent("price-sync").path("items").asInt())).containsExactly(42);
    }
}
