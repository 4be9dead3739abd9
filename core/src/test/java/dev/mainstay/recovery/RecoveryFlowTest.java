package dev.mainstay.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.agent.AgentCommands;
import dev.mainstay.alert.Aggregate;
import dev.mainstay.alert.AlertRule;
import dev.mainstay.alert.Condition;
import dev.mainstay.telemetry.Severity;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// From an alert to an agent that is well again, on a fleet that runs.
class RecoveryFlowTest {
    private static final Duration BOUND = Duration.ofMinutes(3);
    private static final String SICK = "trial.sick";

    private final TestDatabase test = TestDatabase.create();
    private final AtomicBoolean sick = new AtomicBoolean();
    private final AtomicInteger undone = new AtomicInteger();
    private RecoveryPolicy policy = RecoveryPolicy.DEFAULT;

    /// Something only the second action of the playbook cures.
    private final RecoveryAction cure = new RecoveryAction() {
        @Override
        public String name() {
            return "cure";
        }

        @Override
        public Risk risk() {
            return Risk.HIGH;
        }

        @Override
        public Map<String, ?> act(Patient patient) {
            sick.set(false);
            return Map.of("cured", patient.agent());
        }

        @Override
        public boolean isReversible() {
            return true;
        }

        @Override
        public Optional<Duration> lasts() {
            return Optional.of(Duration.ofSeconds(2));
        }

        @Override
        public Optional<String> undo(Patient patient, Map<String, ?> done) {
            undone.incrementAndGet();
            return Optional.of("ill again");
        }
    };

    @AfterEach
    void drop() {
        test.close();
    }

    private void run(RecoveryTrial trial) throws Exception {
        AgentCommands commands = new AgentCommands(test.database(), () -> {});
        RecoveryEngine.Builder healing = new RecoveryEngine.Builder(test.database(), commands)
                .action(cure)
                .policy(policy)
                .playbook(new Playbook(
                        "sickness",
                        Set.of("sick"),
                        List.of("restart-agent", "cure"),
                        Duration.ofSeconds(12),
                        Duration.ZERO,
                        2,
                        Duration.ofHours(1)));
        try (Fleet fleet = Fleet.builder()
                .database(test.database())
                .node("node-a")
                .worker(healing.type(), healing.work())
                .rule(AlertRule.of(
                        "sick",
                        Severity.WARNING,
                        new Condition.Threshold(SICK, Aggregate.LAST, Duration.ofMinutes(1), 0.5, null)))
                .agent("patient", Duration.ofMillis(200), context -> {
                    context.metric(SICK, sick.get() ? 1 : 0, "");
                })
                .start()) {
            RecoveryEngine engine = healing.build();
            trial.of(fleet, () -> engine.round(fleet.tasks()::of));
        }
    }

    @FunctionalInterface
    private interface RecoveryTrial {
        void of(Fleet fleet, Runnable round) throws Exception;
    }

    private void until(Runnable round, String what, String state) {
        Eventually.holds(what, BOUND, () -> {
            round.run();
            return state.equals(state());
        });
    }

    private String state() {
        return test.database()
                .read(handle -> handle.createQuery("SELECT state FROM recoveries ORDER BY recovery_id DESC LIMIT 1")
                        .mapTo(String.class)
                        .findOne()
                        .orElse("none"));
    }

    private List<String> actions() {
        return test.database()
                .read(handle -> handle.createQuery("""
                        SELECT action || ' ' || coalesce(healed::text, 'unknown') FROM recovery_actions
                        ORDER BY recovery_id, ordinal
                        """).mapTo(String.class).list());
    }

    @Test
    void what_does_not_help_is_followed_by_what_does() throws Exception {
        policy = new RecoveryPolicy(RecoveryPolicy.Mode.ON, 0.2, RecoveryAction.Risk.HIGH, true);
        run((fleet, round) -> {
            sick.set(true);
            until(round, "it is well again", "recovered");
            assertThat(actions()).containsExactly("restart-agent false", "cure true");

            sick.set(true);
            until(round, "a second episode is under way", "acting");
            until(round, "experience is used", "recovered");
            assertThat(actions()).containsExactly("restart-agent false", "cure true", "cure true");

            sick.set(true);
            until(round, "the budget of two is spent", "escalated");
            assertThat(sick).isTrue();
        });
    }

    @Test
    void a_grave_action_waits_for_a_person() throws Exception {
        run((fleet, round) -> {
            sick.set(true);
            until(round, "the restart has not helped", "approval");
            assertThat(sick).isTrue();
            assertThat(new RecoveryDesk(test.database().api(fleet.organization())).approve(latest(), "go on", "me"))
                    .isTrue();
            until(round, "it is well again", "recovered");
            assertThat(actions()).containsExactly("restart-agent false", "cure true");
        });
    }

    @Test
    void what_nothing_heals_calls_people_once() throws Exception {
        policy = new RecoveryPolicy(RecoveryPolicy.Mode.ON, 0.2, RecoveryAction.Risk.LOW, true);
        run((fleet, round) -> {
            sick.set(true);
            until(round, "the cure waits for a person", "approval");
            RecoveryDesk desk = new RecoveryDesk(test.database().api(fleet.organization()));
            test.database()
                    .write(handle -> handle.execute("UPDATE recoveries SET state = 'escalated', ended_at = now()"));
            round.run();
            round.run();
            assertThat(desk.list(Optional.empty(), Optional.of("patient"), Optional.empty(), 10))
                    .hasSize(1);
            assertThat(desk.approve(latest(), "too late", "me")).isFalse();
            assertThat(desk.undo(latest(), Optional.empty(), "no", "me")).isEqualTo(RecoveryDesk.Undo.IRREVERSIBLE);
        });
    }

    @Test
    void what_lasts_a_while_is_undone_by_itself_and_only_once() throws Exception {
        policy = new RecoveryPolicy(RecoveryPolicy.Mode.ON, 0.2, RecoveryAction.Risk.HIGH, false);
        run((fleet, round) -> {
            sick.set(true);
            until(round, "it is well again", "recovered");
            Eventually.holds("it is undone", BOUND, () -> {
                round.run();
                return undone.get() == 1;
            });
            RecoveryDesk desk = new RecoveryDesk(test.database().api(fleet.organization()));
            assertThat(desk.undo(latest(), Optional.empty(), "again", "me")).isEqualTo(RecoveryDesk.Undo.BEFORE);
            round.run();
            assertThat(undone).hasValue(1);
        });
    }

    private UUID latest() {
        return test.database()
                .read(handle -> handle.createQuery(
                                "SELECT recovery_id FROM recoveries ORDER BY recovery_id DESC LIMIT 1")
                        .mapTo(UUID.class)
                        .one());
    }

    @Test
    void a_dry_run_says_what_it_would_do_and_does_nothing() throws Exception {
        policy = new RecoveryPolicy(RecoveryPolicy.Mode.DRY_RUN, 0.2, RecoveryAction.Risk.HIGH, true);
        run((fleet, round) -> {
            sick.set(true);
            until(round, "it is decided", "escalated");
            String outcome = test.database()
                    .read(handle -> handle.createQuery("SELECT outcome FROM recoveries")
                            .mapTo(String.class)
                            .one());
            assertThat(outcome).startsWith("dry run: would restart-agent rather than cure: never tried");
            long tasks = test.database()
                    .read(handle -> handle.createQuery("SELECT count(*) FROM tasks")
                            .mapTo(Long.class)
                            .one());
            assertThat(tasks).isZero();
            round.run();
            round.run();
            assertThat(actions()).hasSize(1);
        });
    }

    @Test
    void the_states_are_the_same_in_sql() {
        for (RecoveryState from : RecoveryState.values()) {
            for (RecoveryState to : RecoveryState.values()) {
                boolean isLegal = test.database()
                        .read(handle -> handle.createQuery("SELECT recovery_transition_is_legal(:from, :to)")
                                .bind("from", from.word())
                                .bind("to", to.word())
                                .mapTo(Boolean.class)
                                .one());
                assertThat(isLegal).as("%s to %s", from, to).isEqualTo(from.canBecome(to));
            }
        }
    }
}
