package dev.mainstay.bench.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.node.NodeProcess;
import dev.mainstay.testing.Eventually;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The node that heals is killed in the middle of it: another one leads the episode to its end.
class HealerDeathFlowTest {
    private static final Duration BOUND = Duration.ofMinutes(3);
    private static final String AGENT = FaultOrder.agent(0);

    @ParameterizedTest
    @ValueSource(strings = {"acting", "verifying"})
    void an_episode_goes_on_when_the_node_that_leads_it_is_killed(String state) throws Exception {
        try (var laboratory = Laboratory.open(Map.of("max_connections", "200"));
                var tables = new FaultTables(laboratory);
                var crew = new FaultCrew(laboratory, 4, 1, Duration.ofSeconds(1))) {
            crew.add();
            crew.add();
            Eventually.holds("all run", BOUND, () -> count(tables, "agents WHERE state = 'active'") >= 9);
            new Injection(laboratory, tables).inject(FaultKind.CRASH, AGENT);
            Eventually.holds(
                    "it is " + state, BOUND, () -> count(tables, "recoveries WHERE state = '" + state + "'") == 1);
            NodeProcess healer = crew.named(Objects.requireNonNull(
                    tables.text("SELECT node_id FROM agent_leases WHERE agent_id = 'self_healing_agent'")));
            crew.kill(healer);
            Eventually.holds("it is healed", BOUND, () -> count(tables, "recoveries WHERE state = 'recovered'") == 1);
            assertThat(count(tables, "recoveries WHERE agent_id = '" + AGENT + "'"))
                    .isEqualTo(1);
            assertThat(count(tables, "tasks WHERE state = 'open' AND 'recovery' = ANY (tags)"))
                    .isZero();
            assertThat(count(tables, "system_state WHERE key = 'agents/" + AGENT + "/crash'"))
                    .isZero();
        }
    }

    private static double count(FaultTables tables, String from) {
        try {
            return Objects.requireNonNull(tables.number("SELECT count(*) FROM " + from));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
