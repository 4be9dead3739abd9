package dev.mainstay.bench.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.node.NodeProcess;
import dev.mainstay.testing.Eventually;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The node that heals is killed in the middle of it: another one leads the episode to its end.
class HealerDeathFlowTest {
    private static final Duration BOUND = Duration.ofMinutes(3);
    private static final String AGENT = FaultOrder.agent(0);
    private static final String EPISODES = "recoveries WHERE agent_id = '" + AGENT + "'";
    private static final String STATE = "system_state WHERE key = 'agents/" + AGENT + "/crash'";

    /// As many agents as may be at one time are being treated, so that what is detected waits.
    private static final String TREAT_ANOTHER = """
            INSERT INTO recoveries (organization_id, agent_id, cause, playbook, alert_id, alert_summary, state, began_at,
                detected_at, dry_run)
            SELECT organization_id, 'another', 'hang', 'hang', gen_random_uuid(), '', 'acting', now(), now(), false
            FROM organizations
            """;

    @ParameterizedTest
    @ValueSource(strings = {"detected", "acting", "verifying"})
    void an_episode_goes_on_when_the_node_that_leads_it_is_killed(String state) throws Exception {
        try (var laboratory = Laboratory.open(Map.of("max_connections", "200"));
                var tables = new FaultTables(laboratory);
                var crew = crew(laboratory, tables)) {
            if (state.equals("detected")) {
                tables.execute(TREAT_ANOTHER);
            }
            new Injection(laboratory, tables).inject(FaultKind.CRASH, AGENT);
            holds("it is " + state, tables, 1, EPISODES + " AND state = '" + state + "'");
            killHealer(tables, crew);
            tables.execute("DELETE FROM recoveries WHERE agent_id = 'another'");
            holds("it is healed", tables, 1, EPISODES + " AND state = 'recovered'");
            assertThat(count(tables, EPISODES)).isEqualTo(1);
            assertThat(count(tables, "tasks WHERE state = 'open' AND 'recovery' = ANY (tags)"))
                    .isZero();
            assertThat(count(tables, STATE)).isZero();
        }
    }

    @Test
    void what_is_to_be_undone_is_undone_once_when_the_node_that_does_it_is_killed() throws Exception {
        try (var laboratory = Laboratory.open(Map.of("max_connections", "200"));
                var tables = new FaultTables(laboratory);
                var crew = crew(laboratory, tables)) {
            new Injection(laboratory, tables).inject(FaultKind.CRASH, AGENT);
            holds("it is healed", tables, 1, EPISODES + " AND state = 'recovered'");
            tables.execute("UPDATE recovery_actions SET undo_due_at = clock_timestamp(), undo_asked_by = 'me' "
                    + "WHERE action = 'restart-clean'");
            holds(
                    "it is to be undone",
                    tables,
                    1,
                    "recovery_actions WHERE undo_asked_by = 'me' AND undo_task_id " + "IS NOT NULL");
            killHealer(tables, crew);
            holds("it is undone", tables, 1, "recovery_actions WHERE undo_asked_by = 'me' AND undone_at IS NOT NULL");
            assertThat(count(tables, STATE)).isEqualTo(1);
            assertThat(count(tables, "system_events WHERE type = 'recovery.undone' AND detail ->> 'actor' = 'me'"))
                    .isEqualTo(1);
        }
    }

    private static FaultCrew crew(Laboratory laboratory, FaultTables tables) {
        var crew = new FaultCrew(laboratory, 4, 1, Duration.ofSeconds(1));
        crew.add();
        crew.add();
        Eventually.holds("all run", BOUND, () -> count(tables, "agents WHERE state = 'active'") >= 9);
        return crew;
    }

    private static void killHealer(FaultTables tables, FaultCrew crew) throws SQLException {
        NodeProcess healer = crew.named(Objects.requireNonNull(
                tables.text("SELECT node_id FROM agent_leases WHERE agent_id = 'self_healing_agent'")));
        crew.kill(healer);
    }

    private static void holds(String what, FaultTables tables, double rows, String from) {
        Eventually.holds(what, BOUND, () -> count(tables, from) == rows);
    }

    private static double count(FaultTables tables, String from) {
        try {
            return Objects.requireNonNull(tables.number("SELECT count(*) FROM " + from));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
