package dev.mainstay.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.Fleet;
import dev.mainstay.agent.Agent;
import dev.mainstay.agent.AgentCommand;
import dev.mainstay.agent.AgentCommands;
import dev.mainstay.agent.AgentContext;
import dev.mainstay.agent.AgentSpec;
import dev.mainstay.agent.WorkResult;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.task.NewTask;
import dev.mainstay.task.Priority;
import dev.mainstay.task.QueueLimit;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What each action really does, that doing it twice is no harm, and that it can be taken back.
class RecoveryActionsFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final Patient PATIENT =
            new Patient(Organizations.DEFAULT, UUID.randomUUID(), "patient", "", "trial", "it is broken");
    private static final Patient QUEUE =
            new Patient(Organizations.DEFAULT, UUID.randomUUID(), "", "pieces", "trial", "it is full");

    private final TestDatabase test = TestDatabase.create();
    private final AtomicInteger reconnects = new AtomicInteger();
    private AgentCommands commands;
    private Map<String, RecoveryAction> actions;
    private Fleet fleet;

    private final class Subject implements Agent {
        @Override
        public WorkResult tick(AgentContext context) {
            return WorkResult.processed(1);
        }

        @Override
        public void reconnect(AgentContext context) {
            reconnects.incrementAndGet();
        }
    }

    @BeforeEach
    void start() {
        commands = new AgentCommands(test.database(), () -> {});
        actions = RecoveryActions.builtin(test.database(), commands);
        fleet = node("node-a");
        Eventually.holds("it ticks", BOUND, () -> count("agent_leases WHERE agent_id = 'patient' AND ticks > 0") == 1);
    }

    private Fleet node(String name) {
        return Fleet.builder()
                .database(test.database())
                .node(name)
                .agent(
                        AgentSpec.builder("patient")
                                .every(Duration.ofMillis(200))
                                .heartbeat(Duration.ofMillis(200))
                                .settings(Map.of("mode", "good"))
                                .build(),
                        spec -> {
                            if (!"good".equals(spec.settings().get("mode"))) {
                                throw new IllegalArgumentException("mode must be good");
                            }
                            return new Subject();
                        })
                .start();
    }

    @AfterEach
    void stop() {
        fleet.close();
        test.close();
    }

    private RecoveryAction action(String name) {
        return Objects.requireNonNull(actions.get(name), name);
    }

    private long count(String from) {
        return test.database()
                .read(handle -> handle.createQuery("SELECT count(*) FROM " + from)
                        .mapTo(Long.class)
                        .one());
    }

    private void execute(String sql) {
        test.database().write(handle -> handle.execute(sql));
    }

    @Test
    void state_is_set_aside_once_and_put_back() throws Exception {
        execute("INSERT INTO system_state (organization_id, key, value) VALUES ('" + Organizations.DEFAULT
                + "', 'agents/patient/cursor', '7')");
        RecoveryAction clean = action("restart-clean");
        clean.act(PATIENT);
        Map<String, ?> done = clean.act(PATIENT);
        assertThat(String.valueOf(done.get("setAside"))).isEqualTo("[agents/patient/cursor]");
        assertThat(count("system_state WHERE key = 'agents/patient/cursor'")).isZero();
        assertThat(clean.undo(PATIENT, done)).isPresent();
        assertThat(count("system_state WHERE key = 'agents/patient/cursor' AND value = '7'"))
                .isEqualTo(1);
        assertThat(clean.undo(PATIENT, done)).isEmpty();
    }

    @Test
    void an_agent_is_asked_to_connect_anew_without_a_restart() throws Exception {
        action("reconnect").act(PATIENT);
        Eventually.holds("it was asked", BOUND, () -> reconnects.get() == 1);
        assertThat(count("system_events WHERE type = 'agent.transition' AND agent_id = 'patient'"
                        + " AND detail ->> 'to' = 'recovering'"))
                .isZero();
    }

    @Test
    void a_circuit_is_closed_unless_somebody_has_commanded_the_agent_since() throws Exception {
        RecoveryAction circuit = action("open-circuit");
        Map<String, ?> done = circuit.act(PATIENT);
        assertThat(count("agents WHERE id = 'patient' AND desired = 'paused'")).isEqualTo(1);
        assertThat(circuit.undo(PATIENT, done)).isPresent();
        assertThat(count("agents WHERE id = 'patient' AND desired = 'running'")).isEqualTo(1);
        circuit.act(PATIENT);
        commands.give(Organizations.DEFAULT, "patient", AgentCommand.PAUSE, "mine", "me");
        assertThat(circuit.undo(PATIENT, done)).as("paused by somebody too").isEmpty();
        assertThat(count("agents WHERE id = 'patient' AND desired = 'paused'")).isEqualTo(1);
        commands.give(Organizations.DEFAULT, "patient", AgentCommand.MAINTENANCE, "mine", "me");
        assertThat(circuit.undo(PATIENT, done)).isEmpty();
        assertThat(count("agents WHERE id = 'patient' AND desired = 'maintenance'"))
                .isEqualTo(1);
    }

    @Test
    void what_people_ask_of_an_agent_just_before_healing_does_stands() {
        assertThatThrownBy(() -> commands.give(
                        Organizations.DEFAULT,
                        "patient",
                        AgentCommand.RESTART,
                        "it is slow",
                        PATIENT.actor(),
                        handle -> commands.give(Organizations.DEFAULT, "patient", AgentCommand.PAUSE, "mine", "me")))
                .hasMessageContaining("asked for something else at this moment");
        assertThat(count("agents WHERE id = 'patient' AND desired = 'paused' AND generation = 0"))
                .isEqualTo(1);
        assertThat(resumedBy(PATIENT.actor())).as("paused by somebody").isFalse();
        assertThat(resumedBy("me")).isTrue();
        commands.give(Organizations.DEFAULT, "patient", AgentCommand.PAUSE, "half open", PATIENT.actor());
        assertThat(resumedBy("recovery:another"))
                .as("paused by another episode")
                .isFalse();
        assertThat(resumedBy(PATIENT.actor())).as("its own pause").isTrue();
    }

    /// By the function itself, which has the last word.
    private boolean resumedBy(String actor) {
        return test.database()
                .api(Organizations.DEFAULT)
                .write(handle -> handle.createQuery("SELECT agent_command('patient', 'resume', 'x', :actor)")
                        .bind("actor", actor)
                        .mapTo(Boolean.class)
                        .one());
    }

    @Test
    void an_agent_is_not_moved_to_nowhere_and_its_lease_is_given_anew() throws Exception {
        assertThatThrownBy(() -> action("move-agent").act(PATIENT)).hasMessageContaining("no other living node");
        long fence = fence();
        action("clear-lease").act(PATIENT);
        Eventually.holds(
                "it runs again",
                BOUND,
                () -> fence() > fence + 1 && count("agents WHERE id = 'patient' AND state = 'active'") == 1);
    }

    private Optional<String> whyNotMoved() {
        return test.database().read(handle -> action("move-agent").whyPointless(handle, PATIENT, List.of()));
    }

    @Test
    void an_agent_can_be_moved_while_another_node_offers_its_kind() throws Exception {
        assertThat(whyNotMoved()).contains("no other living node offers its kind");
        try (Fleet _ = node("node-b")) {
            Eventually.holds(
                    "the other node is there", BOUND, () -> whyNotMoved().isEmpty());
            String from = node();
            action("move-agent").act(PATIENT);
            Eventually.holds(
                    "it runs on the other node",
                    BOUND,
                    () -> !node().equals(from) && count("agents WHERE id = 'patient' AND state = 'active'") == 1);
        }
    }

    private String node() {
        return test.database()
                .read(handle -> handle.createQuery(
                                "SELECT coalesce(node_id, 'none') FROM agent_leases WHERE agent_id = 'patient'")
                        .mapTo(String.class)
                        .one());
    }

    private long fence() {
        return test.database()
                .read(handle -> handle.createQuery("SELECT fence FROM agent_leases WHERE agent_id = 'patient'")
                        .mapTo(Long.class)
                        .one());
    }

    @Test
    void a_declaration_that_never_worked_gives_way_to_the_last_that_did() throws Exception {
        RecoveryAction back = action("roll-back-configuration");
        assertThatThrownBy(() -> back.act(PATIENT)).hasMessageContaining("has worked");
        execute("UPDATE agents SET settings = '{\"mode\": \"bad\"}' WHERE id = 'patient'");
        execute(
                "UPDATE agent_leases SET session_id = NULL, node_id = NULL, fence = fence + 1 WHERE agent_id = 'patient'");
        execute("UPDATE node_sessions SET assignment_version = assignment_version + 1");
        Eventually.holds(
                "it cannot start", BOUND, () -> count("agents WHERE id = 'patient' AND state <> 'active'") == 1);
        assertThat(test.database().<Optional<String>>read(handle -> back.whyPointless(handle, PATIENT, List.of())))
                .isEmpty();
        back.act(PATIENT);
        Map<String, ?> done = back.act(PATIENT);
        Eventually.holds(
                "it works again",
                BOUND,
                () -> count("agents JOIN agent_leases lease ON agent_id = id"
                                + " WHERE id = 'patient' AND state = 'active' AND settings ->> 'mode' = 'good'")
                        == 1);
        assertThat(back.undo(PATIENT, done)).isPresent();
        assertThat(count("agents WHERE id = 'patient' AND settings ->> 'mode' = 'bad'"))
                .isEqualTo(1);
    }

    private void enqueue(int tasks, Priority priority) {
        fleet.tasks()
                .enqueueAll(IntStream.range(0, tasks)
                        .mapToObj(any -> NewTask.of("pieces", Map.of()).priority(priority))
                        .toList());
    }

    @Test
    void low_priority_is_put_off_and_brought_back() throws Exception {
        enqueue(5, Priority.LOW);
        enqueue(2, Priority.NORMAL);
        RecoveryAction shed = action("shed-load");
        Map<String, ?> done = shed.act(QUEUE);
        assertThat(done.get("putOff")).isEqualTo(5L);
        assertThat(count("task_ready")).isEqualTo(2);
        assertThat(count("task_delayed WHERE run_at > now() + interval '4 minutes'"))
                .isEqualTo(5);
        assertThat(shed.act(QUEUE).get("putOff")).isEqualTo(0L);
        assertThat(shed.undo(QUEUE, done)).isPresent();
        assertThat(count("task_ready")).isEqualTo(7);
        assertThat(shed.undo(QUEUE, done)).isEmpty();
    }

    @Test
    void concurrency_is_halved_and_a_limit_of_somebody_else_left_alone() throws Exception {
        enqueue(1, Priority.NORMAL);
        fleet.taskDesks().of(Organizations.DEFAULT, "me").limit("pieces", QueueLimit.concurrency(8), "x");
        RecoveryAction reduce = action("reduce-concurrency");
        Map<String, ?> done = reduce.act(QUEUE);
        assertThat(count("task_limits WHERE queue = 'pieces' AND concurrency = 1"))
                .isEqualTo(1);
        assertThat(reduce.undo(QUEUE, done)).isPresent();
        assertThat(count("task_limits WHERE queue = 'pieces' AND concurrency = 8"))
                .isEqualTo(1);
        assertThat(reduce.undo(QUEUE, done)).isEmpty();
    }

    @Test
    void a_dead_letter_gets_one_more_life_and_no_third() throws Exception {
        enqueue(1, Priority.NORMAL);
        die();
        RecoveryAction requeue = action("requeue");
        assertThat(String.valueOf(requeue.act(QUEUE).get("requeued"))).isNotEqualTo("[]");
        assertThat(count("task_ready")).isEqualTo(1);
        die();
        Patient later = new Patient(Organizations.DEFAULT, UUID.randomUUID(), "", "pieces", "trial", "again");
        Map<String, ?> done = requeue.act(later);
        assertThat(String.valueOf(done.get("requeued"))).isEqualTo("[]");
        assertThat(String.valueOf(done.get("apart"))).isNotEqualTo("[]");
    }

    private void die() {
        test.database().write(handle -> handle.execute("DELETE FROM task_ready"));
        test.database().write(handle -> handle.execute("UPDATE tasks SET state = 'dead', ended_at = now()"));
        test.database().write(handle -> handle.execute("""
                INSERT INTO dead_letters (organization_id, task_id, lane_id, reason)
                SELECT organization_id, id, lane_id, 'it cannot be read' FROM tasks
                """));
    }

    @Test
    void an_action_about_an_agent_says_when_the_alert_names_none() {
        assertThatThrownBy(() -> action("restart-agent").act(QUEUE))
                .hasMessage("this is about an agent, and the alert names none");
    }
}
