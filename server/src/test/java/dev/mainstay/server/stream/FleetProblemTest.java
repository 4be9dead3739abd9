package dev.mainstay.server.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.agent.AgentRow;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FleetProblemTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    private static FleetEntry agent(
            String state, String desired, boolean held, @Nullable Duration silence, @Nullable Double health) {
        return agent("one", null, state, "a cause", desired, held, silence, health);
    }

    private static FleetEntry member(String id, String state, String cause) {
        return agent(id, "shop", state, cause, "running", true, Duration.ZERO, null);
    }

    private static FleetEntry agent(
            String id,
            @Nullable String group,
            String state,
            String cause,
            String desired,
            boolean held,
            @Nullable Duration silence,
            @Nullable Double health) {
        AgentRow row = new AgentRow(
                id,
                "http-check",
                "OPERATIONAL",
                "",
                List.of(),
                List.of(),
                "file",
                group,
                "{\"heartbeat\": \"PT10S\"}",
                "{}",
                state,
                NOW.minusSeconds(600),
                cause,
                desired,
                0,
                null,
                NOW.minusSeconds(900),
                1,
                held,
                held ? "node-1" : null,
                "heartbeating",
                silence == null ? null : NOW.minus(silence),
                0,
                0,
                0,
                0,
                null,
                null,
                health,
                null);
        return FleetEntry.next(null, row, 1);
    }

    private static List<String> problems(FleetEntry... entries) {
        return FleetProblem.among(List.of(entries), NOW).stream()
                .map(FleetProblem::problem)
                .toList();
    }

    @Test
    void an_agent_that_beats_and_is_healthy_is_no_problem() {
        assertThat(problems(agent("active", "running", true, Duration.ofSeconds(29), 93.0)))
                .isEmpty();
        assertThat(problems(agent("active", "running", true, Duration.ofSeconds(1), null)))
                .isEmpty();
    }

    @Test
    void three_missed_heartbeats_are_silence() {
        assertThat(problems(agent("active", "running", true, Duration.ofSeconds(31), 93.0)))
                .containsExactly("silent");
        assertThat(problems(agent("active", "running", true, null, 93.0))).containsExactly("silent");
    }

    @Test
    void what_nobody_runs_is_unplaced_unless_it_shall_not_run() {
        assertThat(problems(agent("active", "running", false, null, null))).containsExactly("unplaced");
        assertThat(problems(agent("shutdown", "running", false, null, null))).containsExactly("unplaced");
        assertThat(problems(agent("shutdown", "shutdown", false, null, null))).isEmpty();
        assertThat(problems(agent("inactive", "running", false, null, null))).containsExactly("unplaced");
    }

    @Test
    void bad_health_is_a_problem_and_maintenance_is_none() {
        assertThat(problems(agent("active", "running", true, Duration.ZERO, 49.9)))
                .containsExactly("unhealthy");
        assertThat(problems(agent("maintenance", "maintenance", true, Duration.ofHours(1), 10.0)))
                .isEmpty();
    }

    @Test
    void a_group_that_is_quarantined_as_a_whole_is_one_problem_of_the_one_that_crashed() {
        FleetEntry taken = member("a", "quarantined", "3 crashes within 60 s, the last: group shop: b crashed: broken");
        FleetEntry crashed = member("b", "quarantined", "3 crashes within 60 s, the last: broken");
        assertThat(FleetProblem.among(List.of(taken, crashed), NOW))
                .singleElement()
                .satisfies(problem -> assertThat(problem.problem()).isEqualTo("escalated"))
                .satisfies(problem -> assertThat(problem.agent()).isEqualTo("b"))
                .satisfies(problem -> assertThat(problem.severity()).isEqualTo("critical"))
                .satisfies(problem -> assertThat(problem.detail()).contains("group shop", "2 agents", "broken"));
        assertThat(problems(taken, member("b", "active", "started"))).containsExactly("quarantined");
    }

    @Test
    void the_worst_comes_first() {
        assertThat(problems(
                        agent("recovering", "running", true, Duration.ZERO, null),
                        agent("quarantined", "running", false, null, null)))
                .containsExactly("quarantined", "recovering");
    }
}
