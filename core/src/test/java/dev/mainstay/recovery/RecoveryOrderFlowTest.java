package dev.mainstay.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.recovery.RecoveryAction.Risk;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What is treated first, and what waits behind it.
class RecoveryOrderFlowTest {
    private final RecoveryStage stage = new RecoveryStage();

    @AfterEach
    void close() {
        stage.close();
    }

    @Test
    void what_may_be_done_without_asking_comes_first() {
        stage.action("grave", Risk.HIGH, true)
                .action("mild", Risk.LOW, false)
                .agent("patient", "grave", "mild")
                .start();
        stage.sick("patient", true);
        stage.untilTimeIsUp();
        stage.until("approval");
        assertThat(stage.deeds()).containsExactly("do mild", "undo mild");
    }

    @Test
    void what_could_do_nothing_is_passed_over_and_nobody_is_asked_for_it() {
        stage.action("useless", Risk.LOW, false)
                .agent("patient", "restart-agent", "roll-back-configuration", "restart-clean", "move-agent", "useless")
                .start();
        stage.sick("patient", true);
        stage.untilTimeIsUp();
        stage.until("its next action is done", () -> stage.newest("step").equals("2"));
        stage.untilTimeIsUp();
        stage.until("escalated");
        assertThat(stage.deeds()).containsExactly("do useless", "undo useless");
        assertThat(stage.newest("outcome"))
                .isEqualTo("nothing is left to try; tried restart-agent, useless; not move-agent: no other living node"
                        + " offers its kind; not roll-back-configuration: its present declaration has worked, or there is"
                        + " no earlier one that has; not restart-clean: it keeps no state, and was restarted");
        assertThat(stage.text("SELECT reason FROM recovery_actions WHERE ordinal = 2"))
                .isEqualTo("useless rather than roll-back-configuration, restart-clean: never tried against patient"
                        + " before; not move-agent: no other living node offers its kind");
    }

    @Test
    void what_an_agent_keeps_is_reason_to_ask_whether_it_may_go() {
        stage.agent("patient", "restart-clean").start();
        stage.execute("INSERT INTO system_state (organization_id, key, value) SELECT organization_id,"
                + " 'agents/patient/cursor', '7' FROM organizations");
        stage.sick("patient", true);
        stage.until("approval");
        assertThat(stage.newest("proposed")).isEqualTo("restart-clean");
    }

    @Test
    void something_graver_is_treated_while_the_milder_thing_waits() {
        stage.action("cure", Risk.HIGH, true)
                .action("strong", Risk.LOW, true)
                .agent("patient", "cure")
                .graver("patient", "strong")
                .start();
        stage.sick("patient", true);
        stage.until("approval");
        stage.sick("grave-patient", true);
        stage.until("recovered");
        assertThat(stage.newest("cause")).isEqualTo("grave-patient");
        assertThat(stage.deeds()).containsExactly("do strong");
    }

    @Test
    void a_milder_thing_waits_until_the_graver_one_is_verified() {
        stage.action("cure", Risk.HIGH, true)
                .action("strong", Risk.LOW, true)
                .agent("patient", "cure")
                .graver("patient", "strong")
                .start();
        stage.sick("patient", true);
        stage.until("approval");
        UUID milder = stage.newestId();
        stage.sick("grave-patient", true);
        stage.until("verifying");
        assertThat(stage.newestId()).isNotEqualTo(milder);
        assertThat(stage.desk().approve(milder, "go on", "me")).isTrue();
        String outcome = "SELECT outcome FROM recoveries WHERE recovery_id = '" + milder + "'";
        stage.until(
                "it is held",
                () -> stage.text(outcome).equals("nothing is done while another episode of it is under way"));
        assertThat(stage.deeds()).containsExactly("do strong");
        stage.until("both are well", () -> stage.is("2 = (SELECT count(*) FROM recoveries WHERE state = 'recovered')"));
        assertThat(stage.deeds()).containsExactly("do strong", "do cure");
    }

    @Test
    void what_waits_for_room_behind_another_is_not_looked_at_more_closely() {
        stage.action("cure", Risk.LOW, true)
                .agent("a", "cure")
                .agent("b", "cure")
                .agent("c", "cure")
                .gated()
                .start();
        stage.sick("a", true);
        stage.until("acting");
        for (String waits : List.of("b", "c")) {
            stage.sick(waits, true);
            stage.until(
                    "it waits",
                    () -> stage.newest("agent_id || ' ' || outcome")
                            .equals(waits + " nothing is done while as many are treated as may be at one time"));
        }
        stage.execute(
                "INSERT INTO recoveries (organization_id, agent_id, cause, playbook, alert_id, alert_summary, state, "
                        + "began_at, detected_at, ended_at, dry_run) SELECT organization_id, 'c', 'c', 'c', gen_random_uuid(), '', "
                        + "'recovered', now(), now(), now(), false FROM organizations, generate_series(1, 2)");
        stage.round();
        assertThat(stage.is("EXISTS (SELECT FROM recoveries WHERE agent_id = 'c' AND state = 'detected')"))
                .isTrue();
        stage.openGate();
        stage.until(
                "its budget is looked at once there is room",
                () -> stage.is("EXISTS (SELECT FROM recoveries WHERE agent_id = 'c' AND state = 'escalated')"));
        assertThat(stage.deeds()).startsWith("do cure");
    }

    @Test
    void an_episode_that_cannot_be_led_on_stops_no_other() {
        stage.healing().action(new RecoveryAction() {
            @Override
            public String name() {
                return "bomb";
            }

            @Override
            public Risk risk() {
                throw new IllegalStateException("as a defect would");
            }

            @Override
            public Map<String, ?> act(Patient patient) {
                return Map.of();
            }
        });
        stage.action("cure", Risk.LOW, true)
                .agent("a", "bomb")
                .agent("b", "cure")
                .start();
        stage.sick("a", true);
        stage.until("its episode is open", () -> stage.newest("agent_id").equals("a"));
        stage.sick("b", true);
        stage.until("recovered");
        assertThat(stage.newest("agent_id")).isEqualTo("b");
        assertThat(stage.round().failures()).singleElement().asString().endsWith("as a defect would");
    }

    @Test
    void an_agent_that_flaps_is_treated_as_often_as_the_budget_says_and_then_left_to_people() {
        stage.action("cure", Risk.LOW, true).agent("patient", "cure").start();
        for (int time = 1; time <= 2; time++) {
            String healed = time + " = (SELECT count(*) FROM recoveries WHERE state = 'recovered')";
            stage.sick("patient", true);
            stage.until("it is well again", () -> stage.is(healed));
        }
        stage.sick("patient", true);
        stage.until("escalated");
        for (int time = 1; time <= 2; time++) {
            String isOver = "NOT EXISTS (SELECT FROM alerts WHERE rule = 'sick-patient' AND state <> 'resolved')";
            stage.sick("patient", false);
            stage.until("the alert is over", () -> stage.is(isOver));
            stage.sick("patient", true);
            stage.until("it is sick again", () -> !stage.is(isOver));
        }
        stage.round();
        assertThat(stage.deeds()).containsExactly("do cure", "do cure");
        assertThat(stage.is("2 = (SELECT count(*) FROM recoveries WHERE state = 'recovered')"))
                .isTrue();
        assertThat(stage.is("NOT EXISTS (SELECT FROM recoveries WHERE state NOT IN ('recovered', 'escalated'))"))
                .as("each time it comes back people are called")
                .isTrue();
    }
}
