package dev.mainstay.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.testing.Eventually;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `agent health` and `slo` against a server that runs by settings of its own.
class HealthCommandFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final String AGENT = "agent_coordinator";

    @TempDir
    private static Path folder;

    private static CommandStage stage;

    @BeforeAll
    static void start() throws IOException {
        stage = CommandStage.start(folder, "judging", """
                health:
                  weights: {uptime: 1, performance: 0, errors: 0, resources: 0, business: 0}
                slos:
                  coordinator-works:
                    agent: agent_coordinator
                    indicator: success
                    objective: 99
                    description: It tells of the fleet.
                """);
    }

    @AfterAll
    static void stop() {
        stage.close();
    }

    private static Terminal.Said done(String... words) {
        return stage.terminal().done(words);
    }

    private static String json(String pointer, String... words) {
        return done(words).json().at(pointer).asString("");
    }

    /// A heartbeat that was stored late counts only when it is computed again, which then has a note.
    private static boolean isComputedAgainAlike() {
        var now = done("agent", "health", AGENT, "-o", "json").json();
        var then = done("agent", "health", AGENT, "--at", now.path("at").asString(), "-o", "json")
                .json();
        assertThat(then.path("at")).isEqualTo(now.path("at"));
        return then.path("note").isNull()
                && then.path("score").asDouble() == now.path("score").asDouble();
    }

    @Test
    void health_is_shown_now_and_computed_again_for_a_moment_before() {
        Eventually.holds(
                "it is judged",
                BOUND,
                () -> !json("/at", "agent", "health", AGENT, "-o", "json").isEmpty());
        var now = done("agent", "health", AGENT, "-o", "json").json();
        assertThat(now.at("/parts/0/weight").asDouble()).as("by the settings").isEqualTo(1);
        Eventually.holds("it is computed again alike", BOUND, HealthCommandFlowTest::isComputedAgainAlike);
        assertThat(done("agent", "health", AGENT).out()).contains("uptime", "/api/v1/agents/" + AGENT + "/heartbeats");
        assertThat(done("agent", "health").out()).contains("band since", "/api/v1/agents");
        assertThat(stage.terminal().type("agent", "health", "--group", "none").exit())
                .isEqualTo(ExitCode.NOT_FOUND);
        assertThat(stage.terminal()
                        .type("agent", "health", AGENT, "--group", "x")
                        .exit())
                .isEqualTo(ExitCode.USAGE);
        assertThat(stage.terminal()
                        .type("agent", "health", AGENT, "--at", "then")
                        .exit())
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    void what_is_declared_in_the_settings_is_listed_and_described() {
        assertThat(done("slo", "list").out()).contains("coordinator-works", AGENT, "success", "99");
        assertThat(done("slo", "list", "--urgency", "page").out()).doesNotContain("coordinator-works");
        assertThat(done("slo", "describe", "coordinator-works").out()).contains("It tells of the fleet.", "file");
        assertThat(stage.terminal().type("slo", "describe", "nothing").exit()).isEqualTo(ExitCode.NOT_FOUND);
    }

    @Test
    void one_is_declared_changed_and_removed() {
        String[] latency = {
            "slo", "declare", "quick", "--agent", AGENT, "--indicator", "latency", "--within", "2s", "--objective", "95"
        };
        assertThat(done(latency).out()).contains("quick", "latency", "95");
        assertThat(done("slo", "describe", "quick").out()).contains("PT2S");
        assertThat(done("slo", "declare", "quick", "--agent", AGENT, "--indicator", "success", "--objective", "90")
                        .out())
                .contains("success");
        assertThat(stage.terminal()
                        .type("slo", "declare", "quick", "--agent", AGENT, "--indicator", "cost", "--objective", "90")
                        .err())
                .contains("must be given");
        assertThat(stage.terminal().type("slo", "remove", "coordinator-works").exit())
                .as("declared in the settings")
                .isEqualTo(ExitCode.CONFLICT);
        assertThat(done("slo", "remove", "quick").exit()).isEqualTo(ExitCode.OK);
        assertThat(stage.terminal().type("slo", "describe", "quick").exit()).isEqualTo(ExitCode.NOT_FOUND);
    }
}
