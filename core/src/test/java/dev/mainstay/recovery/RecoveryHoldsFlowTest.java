package dev.mainstay.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.agent.AgentCommand;
import dev.mainstay.agent.AgentCommands;
import dev.mainstay.recovery.RecoveryAction.Risk;
import dev.mainstay.task.NotRetryableException;
import dev.mainstay.task.TaskHandler;
import dev.mainstay.testing.Eventually;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What keeps healing from doing what it decided on, and what it does not leave behind.
class RecoveryHoldsFlowTest {
    private final RecoveryStage stage = new RecoveryStage();
    private final CountDownLatch gate = new CountDownLatch(1);

    @AfterEach
    void close() {
        gate.countDown();
        stage.close();
    }

    private TaskHandler<RecoveryWork.Order> gated(TaskHandler<RecoveryWork.Order> work) {
        return (order, context) -> {
            if (!order.undo()) {
                gate.await();
            }
            return work.handle(order, context);
        };
    }

    /// The agent is sick, and the task of its cure waits to begin.
    private void aboutToAct() {
        stage.action("cure", Risk.LOW, true)
                .agent("patient", "cure")
                .working(this::gated)
                .start();
        stage.sick("patient", true);
        stage.until("acting");
    }

    private void isHeld(String why) {
        gate.countDown();
        stage.until("it is held", () -> stage.newest("outcome").equals("nothing is done while " + why));
        assertThat(stage.newest("state")).isEqualTo("detected");
        assertThat(stage.deeds()).isEmpty();
    }

    @Test
    void an_agent_that_a_person_paused_meanwhile_is_treated_once_it_is_resumed() {
        aboutToAct();
        stage.command("patient", AgentCommand.PAUSE);
        isHeld("the agent is to be paused");
        stage.command("patient", AgentCommand.RESUME);
        stage.until("recovered");
        assertThat(stage.deeds()).containsExactly("do cure");
    }

    @Test
    void nothing_is_done_under_a_silence_that_came_meanwhile() {
        aboutToAct();
        stage.execute(
                "INSERT INTO alert_silences (organization_id, kind, starts_at, ends_at, reason, actor) SELECT "
                        + "organization_id, 'maintenance', now(), now() + interval '1 hour', 'planned', 'me' FROM organizations");
        Eventually.holds(
                "it is silent",
                RecoveryStage.BOUND,
                () -> stage.is("EXISTS (SELECT FROM alerts WHERE silence_id " + "IS NOT NULL)"));
        isHeld("its alert is silenced, or maintenance is planned");
    }

    @Test
    void nothing_is_done_once_a_condition_that_flaps_holds_no_more() {
        aboutToAct();
        stage.execute("UPDATE alerts SET flapping = true");
        stage.sick("patient", false);
        stage.until(
                "it was not seen for a while",
                () -> stage.is("EXISTS (SELECT FROM alerts WHERE seen_at < clock_timestamp() - interval '9 seconds')"));
        gate.countDown();
        stage.until("recovered");
        assertThat(stage.newest("outcome")).isEqualTo("it ended by itself");
        assertThat(stage.deeds()).isEmpty();
    }

    @Test
    void nothing_is_done_once_healing_is_switched_off() {
        aboutToAct();
        new RecoveryEngine.Builder(
                        stage.test().database(), new AgentCommands(stage.test().database(), () -> {}))
                .policy(new RecoveryPolicy(RecoveryPolicy.Mode.OFF, 0.2, Risk.MEDIUM, true))
                .build()
                .publish();
        isHeld("healing is switched off");
    }

    @Test
    void an_action_that_was_given_up_is_not_done_any_more_and_taken_back() {
        aboutToAct();
        stage.execute("UPDATE recoveries SET due_at = now() - interval '1 second'");
        stage.round();
        assertThat(stage.newest("state")).isEqualTo("verifying");
        gate.countDown();
        stage.until("escalated");
        assertThat(stage.newest("outcome")).isEqualTo("nothing is left to try; tried cure");
        assertThat(stage.deeds()).containsExactly("undo cure");
        stage.until("no task is left", () -> stage.is("NOT EXISTS (SELECT FROM tasks WHERE state = 'open')"));
    }

    @Test
    void a_circuit_of_whose_opening_nobody_heard_is_closed() {
        AtomicBoolean hasDied = new AtomicBoolean();
        stage.agent("patient", "open-circuit")
                .working(work -> (order, context) -> {
                    var outcome = work.handle(order, context);
                    if (hasDied.compareAndSet(false, true)) {
                        throw new IllegalStateException("as if its node had died");
                    }
                    return outcome;
                })
                .start();
        stage.sick("patient", true);
        stage.until(
                "it is not paused any more",
                () -> hasDied.get()
                        && stage.is("EXISTS (SELECT FROM recovery_actions WHERE undo_result = 'patient is resumed')"));
        assertThat(stage.text("SELECT desired FROM agents WHERE id = 'patient'"))
                .isEqualTo("running");
    }

    @Test
    void the_end_of_a_circuit_is_known_when_it_is_decided_on() {
        stage.agent("patient", "open-circuit").working(this::gated).start();
        stage.sick("patient", true);
        stage.until("acting");
        assertThat(stage.is("EXISTS (SELECT FROM recovery_actions WHERE reversible AND undo_due_at > now())"))
                .isTrue();
    }

    @Test
    void an_undo_that_failed_for_good_is_tried_again() {
        stage.action("cure", Risk.LOW, true).agent("patient", "cure").start();
        stage.sick("patient", true);
        stage.until("recovered");
        stage.execute("UPDATE recovery_actions SET undo_due_at = now(), undo_task_id = gen_random_uuid()");
        stage.until("it is undone", () -> stage.deeds().contains("undo cure"));
    }

    @Test
    void what_was_begun_in_earnest_ends_as_a_dry_run_once_that_is_asked_for() {
        stage.action("cure", Risk.HIGH, true).agent("patient", "cure").start();
        stage.sick("patient", true);
        stage.until("approval");
        stage.healing().policy(new RecoveryPolicy(RecoveryPolicy.Mode.DRY_RUN, 0.2, Risk.MEDIUM, true));
        stage.until("escalated");
        assertThat(stage.newest("outcome")).startsWith("dry run: would cure");
        assertThat(stage.newest("dry_run")).isEqualTo("true");
        assertThat(stage.deeds()).isEmpty();
    }

    @Test
    void what_did_not_help_is_undone_before_the_next_is_tried() {
        stage.action("useless", Risk.LOW, false)
                .action("cure", Risk.LOW, true)
                .agent("patient", "useless", "cure")
                .start();
        stage.sick("patient", true);
        stage.untilTimeIsUp();
        stage.until("recovered");
        assertThat(stage.deeds()).containsExactly("do useless", "undo useless", "do cure");
    }

    @Test
    void what_cannot_be_undone_calls_people() {
        stage.action("useless", Risk.LOW, false)
                .action("cure", Risk.LOW, true)
                .agent("patient", "useless", "cure")
                .working(work -> (order, context) -> {
                    if (order.undo()) {
                        throw new NotRetryableException("it cannot be taken back");
                    }
                    return work.handle(order, context);
                })
                .start();
        stage.sick("patient", true);
        stage.untilTimeIsUp();
        stage.until("escalated");
        assertThat(stage.newest("outcome")).isEqualTo("what did not help could not be undone");
        assertThat(stage.deeds()).containsExactly("do useless");
    }

    @Test
    void an_approval_is_for_the_action_that_was_asked_about() {
        stage.action("first", Risk.HIGH, false)
                .action("second", Risk.HIGH, true)
                .agent("patient", "first", "second")
                .start();
        stage.sick("patient", true);
        stage.until("approval");
        assertThat(stage.newest("proposed")).isEqualTo("first");
        stage.execute("INSERT INTO recovery_actions (organization_id, recovery_id, ordinal, agent_id, cause, action, "
                + "reason, healed) SELECT organization_id, gen_random_uuid(), 1, 'patient', 'patient', 'second', '', true "
                + "FROM organizations, generate_series(1, 5)");
        assertThat(stage.desk().approve(stage.newestId(), "go on", "me")).isTrue();
        stage.untilTimeIsUp();
        stage.until("the other is asked about", () -> stage.newest("proposed").equals("second"));
        assertThat(stage.newest("approved_by")).isEqualTo("none");
        assertThat(stage.deeds()).containsExactly("do first", "undo first");
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
                .working(this::gated)
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
        gate.countDown();
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
