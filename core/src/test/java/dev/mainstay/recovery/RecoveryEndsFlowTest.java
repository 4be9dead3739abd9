package dev.mainstay.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.recovery.RecoveryAction.Risk;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// When an episode has ended well, and when it only seems so.
class RecoveryEndsFlowTest {
    private final RecoveryStage stage = new RecoveryStage();

    @AfterEach
    void close() {
        stage.close();
    }

    @Test
    void an_agent_whose_alert_flaps_is_healed_once_the_condition_holds_no_more() {
        stage.action("cure", Risk.LOW, true).agent("patient", "cure").start();
        stage.sick("patient", true);
        stage.until("acting");
        stage.execute("UPDATE alerts SET flapping = true WHERE rule = 'sick-patient'");
        stage.until("recovered");
        assertThat(stage.newest("outcome")).startsWith("healed by cure");
        assertThat(stage.is("EXISTS (SELECT FROM alerts WHERE rule = 'sick-patient' AND state = 'firing')"))
                .as("it fires on for those who look")
                .isTrue();
        stage.round();
        assertThat(stage.deeds()).containsExactly("do cure");
        assertThat(stage.is("1 = (SELECT count(*) FROM recoveries)"))
                .as("it is not treated once more")
                .isTrue();
    }

    /// It is leaking by its name, and nothing tells that it uses less memory.
    @Test
    void an_alert_that_ends_is_no_recovery_while_what_is_measured_is_not_well() {
        stage.action("useless", Risk.LOW, true).agent("memory", "useless").start();
        stage.sick("memory", true);
        stage.until("verifying");
        stage.execute("UPDATE recoveries SET due_at = now() + interval '1 hour' WHERE state = 'verifying'");
        stage.until(
                "the alert is over",
                () -> stage.is("NOT EXISTS (SELECT FROM alerts WHERE rule = 'sick-memory' AND state <> 'resolved')"));
        stage.untilTimeIsUp();
        stage.until("escalated");
        assertThat(stage.newest("outcome")).isEqualTo("the alert has ended, but it does not use less memory");
        assertThat(stage.desk().success()).singleElement().satisfies(success -> {
            assertThat(success.escalated()).isEqualTo(1);
            assertThat(success.successRate()).isZero();
        });
    }

    /// The number such an alert tells of is none of memory: that of the crashes, for instance.
    @Test
    void an_agent_that_ran_out_of_memory_is_well_though_nothing_measures_its_memory() {
        stage.action("cure", Risk.LOW, true).agent("memory", "cure").start();
        stage.sick("memory", true);
        stage.until("verifying");
        stage.until(
                "the alert is over",
                () -> stage.is("NOT EXISTS (SELECT FROM alerts WHERE rule = 'sick-memory' AND state <> 'resolved')"));
        stage.execute("UPDATE alerts SET evidence = '{\"table\": \"system_events\"}' WHERE rule = 'sick-memory'");
        stage.execute("UPDATE recoveries SET due_at = now() + interval '1 hour' WHERE state = 'verifying'");
        stage.until("recovered");
        assertThat(stage.newest("outcome")).startsWith("healed by cure");
    }

    @Test
    void what_ends_by_itself_and_is_well_is_no_success_of_healing() {
        stage.action("useless", Risk.LOW, false)
                .action("grave", Risk.HIGH, true)
                .agent("patient", "useless", "grave")
                .start();
        stage.sick("patient", true);
        stage.untilTimeIsUp();
        stage.until("approval");
        stage.sick("patient", false);
        stage.until("recovered");
        assertThat(stage.newest("outcome")).isEqualTo("it ended by itself");
        assertThat(stage.desk().success()).singleElement().satisfies(success -> {
            assertThat(success.episodes()).isEqualTo(1);
            assertThat(success.endedByItself()).isEqualTo(1);
            assertThat(success.recovered()).isZero();
            assertThat(success.successRate()).isNull();
            assertThat(success.meanSecondsToRecover()).isNull();
        });
    }
}
