package dev.mainstay.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.agent.AgentCommand;
import dev.mainstay.agent.AgentCommands;
import dev.mainstay.recovery.RecoveryAction.Risk;
import dev.mainstay.task.NotRetryableException;
import dev.mainstay.testing.Eventually;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What keeps healing from doing what it decided on, and what it does not leave behind.
class RecoveryHoldsFlowTest {
    private final RecoveryStage stage = new RecoveryStage();

    @AfterEach
    void close() {
        stage.close();
    }

    /// The agent is sick, and the task of its cure waits to begin.
    private void aboutToAct() {
        stage.action("cure", Risk.LOW, true).agent("patient", "cure").gated().start();
        stage.sick("patient", true);
        stage.until("acting");
    }

    private void isHeld(String why) {
        stage.openGate();
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
                "it has been gone for a while",
                () -> stage.is(
                        "EXISTS (SELECT FROM alerts WHERE missed_at < clock_timestamp() - interval '3 seconds')"));
        stage.openGate();
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
        stage.openGate();
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
        stage.agent("patient", "open-circuit").gated().start();
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
    void what_a_dry_run_only_spoke_of_is_healed_once_healing_is_on() {
        stage.policy(new RecoveryPolicy(RecoveryPolicy.Mode.DRY_RUN, 0.2, Risk.MEDIUM, true))
                .action("cure", Risk.LOW, true)
                .agent("patient", "cure")
                .start();
        stage.sick("patient", true);
        stage.until("escalated");
        stage.round();
        assertThat(stage.is("1 = (SELECT count(*) FROM recoveries)")).isTrue();
        stage.healing().policy(RecoveryPolicy.DEFAULT);
        stage.until("recovered");
        assertThat(stage.deeds()).containsExactly("do cure");
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
}
