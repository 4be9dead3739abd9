package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Role;
import dev.mainstay.testing.Eventually;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// The examples and the guide of agents over HTTP, run as a reader would run them.
class HttpAgentExamplesFlowTest {
    private static final Logger LOG = LoggerFactory.getLogger(HttpAgentExamplesFlowTest.class);
    private static final Path DOCS = docs();
    private static final Pattern SHELL = Pattern.compile("```sh\\n(.*?)```", Pattern.DOTALL);

    private static ApiServer api;

    private static Path docs() {
        Path here = Path.of("").toAbsolutePath();
        return Files.exists(here.resolve("docs/guide")) ? here.resolve("docs") : here.resolve("../docs");
    }

    @BeforeAll
    static void start() {
        api = new ApiServer();
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    private static void requires(String program) {
        boolean there;
        try {
            there = new ProcessBuilder(program, "--version").start().waitFor() == 0;
        } catch (IOException e) {
            there = false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            there = false;
        }
        if (!there) {
            LOG.error("SKIPPED: {} is not installed, so the example in its language was NOT tried", program);
        }
        assumeTrue(there, program + " is not installed");
    }

    private static Process run(Path output, Role role, String... command) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        String key = api.key(Organizations.DEFAULT, role).reveal();
        builder.environment().put("MAINSTAY_URL", api.server.address().toString());
        builder.environment().put("MAINSTAY_KEY", key);
        builder.environment().put("MAINSTAY", api.server.address().toString());
        builder.environment().put("KEY", key);
        return builder.start();
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
        Process process = run(output, Role.AGENT, command);
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
        requires("python3");

        lives(
                "in-python",
                "python3",
                DOCS.resolve("examples/http-agent/agent.py").toString(),
                "in-python");
    }

    @Test
    void the_node_agent_works_and_obeys() throws Exception {
        requires("node");

        lives("in-node", "node", DOCS.resolve("examples/http-agent/agent.mjs").toString(), "in-node");
    }

    @Test
    void the_curl_session_of_the_guide_works() throws Exception {
        requires("curl");
        String guide = Files.readString(DOCS.resolve("guide/agent-over-http.md"));
        String script = SHELL.matcher(guide)
                .results()
                .map(block -> block.group(1))
                .collect(Collectors.joining("\n", "set -eu\n", "\n"));
        Path output = Files.createTempFile("session", ".log");

        Process process = run(output, Role.ADMIN, "sh", "-c", script);

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
