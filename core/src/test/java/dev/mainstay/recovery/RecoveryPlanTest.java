package dev.mainstay.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RecoveryPlanTest {
    private static Map<String, Playbook> inForce(Playbook... declared) {
        return new RecoveryPlan(RecoveryPolicy.DEFAULT, List.of(declared)).byCause();
    }

    private static Set<String> rules(Map<String, Playbook> inForce, String cause) {
        return Objects.requireNonNull(inForce.get(cause), cause).rules();
    }

    @Test
    void a_rule_that_a_declared_playbook_names_is_taken_from_the_builtin_ones() {
        Map<String, Playbook> inForce = inForce(
                Playbook.of("stock-stale", Set.of("agent-failing"), "restart-agent"),
                Playbook.of("crash-loop", Set.of("agent-crashing"), "restart-agent"));
        assertThat(inForce).containsKeys("stock-stale", "crash-loop").doesNotContainKey("error-burst");
        assertThat(rules(inForce, "crash")).containsExactly("agent-failed");
        assertThat(rules(inForce, "hang")).containsExactlyInAnyOrder("work-stalled", "agent-hanging");
    }

    @Test
    void one_of_a_builtin_cause_stands_in_its_place() {
        assertThat(rules(inForce(Playbook.of("slow", Set.of("mine"), "move-agent")), "slow"))
                .containsExactly("mine");
    }

    @Test
    void two_declared_ones_that_answer_one_rule_are_refused() {
        assertThatThrownBy(() -> inForce(
                        Playbook.of("late", Set.of("agent-slow"), "restart-agent"),
                        Playbook.of("stale", Set.of("agent-failing", "agent-slow"), "move-agent")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("playbook stale: rules must not name agent-slow, which playbook late answers; "
                        + "a rule has one playbook, so name it in one of them");
        assertThat(rules(
                        inForce(
                                Playbook.of("late", Set.of("agent-slow"), "restart-agent"),
                                Playbook.of("late", Set.of("agent-slow", "mine"), "move-agent")),
                        "late"))
                .as("the later one of a cause stands in the place of the earlier")
                .containsExactlyInAnyOrder("agent-slow", "mine");
    }

    @Test
    void what_healing_itself_raises_is_not_treated() {
        for (String own : List.of("recovery-escalated", "recovery-approval")) {
            assertThatThrownBy(() -> Playbook.of("mine", Set.of(own), "restart-agent"))
                    .hasMessageContaining("rules must not name " + own);
        }
    }
}
