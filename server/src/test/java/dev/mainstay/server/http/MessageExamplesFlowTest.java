package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.server.auth.Role;
import dev.mainstay.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The consumers in the guide of messages, run as a reader would run them.
class MessageExamplesFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final String GROUP = "/api/v1/message-groups/billing";

    @TempDir
    private Path folder;

    @Test
    void node_consumes_over_a_socket() throws IOException, InterruptedException {
        consumes("node", "--experimental-websocket", "consumer.mjs");
    }

    @Test
    void python_consumes_over_http() throws IOException, InterruptedException {
        consumes("python3", "-u", "consumer.py");
    }

    @Test
    void the_calls_of_the_guide_work_as_written() throws IOException, InterruptedException {
        Examples.requires("bash");
        Path log = folder.resolve("log");
        try (ApiServer api = new ApiServer()) {
            api.messages.join("guide");
            Process process = Examples.run(api, log, Role.ADMIN, "bash", "-c", Examples.script("messages.md"));
            assertThat(process.waitFor()).as(Files.readString(log)).isZero();
            assertThat(api.get(Role.VIEWER, GROUP).status()).isEqualTo(404);
        }
    }

    private void consumes(String program, String option, String file) throws IOException, InterruptedException {
        Examples.requires(program);
        Path log = folder.resolve("log");
        try (ApiServer api = new ApiServer()) {
            api.messages.join("examples");
            String operator = api.key(Organizations.DEFAULT, Role.OPERATOR).reveal();
            api.send(
                    "PUT", GROUP, operator, "{\"channels\":[\"orders\"],\"maxAttempts\":2,\"firstRetry\":\"PT0.01S\"}");
            String script =
                    Examples.DOCS.resolve("examples/message-consumer/" + file).toString();
            Process process = Examples.run(api, log, Role.AGENT, program, option, script, "billing");
            try {
                for (String body : new String[] {"{\"order\":7,\"amount\":1}", "{\"order\":8,\"amount\":-1}"}) {
                    api.post(Role.OPERATOR, "/api/v1/messages", "{\"channel\":\"orders\",\"body\":" + body + "}");
                }
                Eventually.holds(
                        "a dead letter",
                        BOUND,
                        () -> api.get(Role.VIEWER, GROUP).json().path("dead").asInt() == 1);
                assertThat(Files.readString(log)).contains("billed 7").doesNotContain("billed 8");
                assertThat(api.get(Role.VIEWER, "/api/v1/message-dead-letters?group=billing")
                                .body())
                        .contains("amount must not be negative, was -1");
            } finally {
                process.destroyForcibly().waitFor();
            }
        }
    }
}
