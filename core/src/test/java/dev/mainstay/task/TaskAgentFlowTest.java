package dev.mainstay.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.agent.Agent;
import dev.mainstay.agent.AgentCommand;
import dev.mainstay.agent.AgentCommands;
import dev.mainstay.agent.AgentContext;
import dev.mainstay.agent.AgentSpec;
import dev.mainstay.agent.TickSchedule;
import dev.mainstay.agent.WorkResult;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Agents that work on tasks.
class TaskAgentFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private final TestDatabase test = TestDatabase.create();
    private final List<String> sent = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger instances = new AtomicInteger();
    private final CountDownLatch hangs = new CountDownLatch(1);
    private volatile boolean crashes;
    private volatile boolean fails;
    private final Fleet fleet = Fleet.builder()
            .database(test.database())
            .node("mailers")
            .agent(spec("mailer"), ignored -> new Mailer())
            .start();

    private static AgentSpec spec(String id) {
        return AgentSpec.builder(id)
                .schedule(TickSchedule.every(Duration.ofMillis(50)))
                .heartbeat(Duration.ofMillis(100))
                .build();
    }

    private final class Mailer implements Agent {
        @Override
        public void start(AgentContext context) {
            int instance = instances.incrementAndGet();
            context.worker("send-mail", String.class, (text, task) -> {
                if (text.equals("bad")) {
                    throw new IllegalStateException("no such address");
                }
                if (text.equals("hang") && instance == 1) {
                    hangs.countDown();
                    new CountDownLatch(1).await();
                }
                sent.add(instance + " " + text);
            });
        }

        @Override
        public WorkResult tick(AgentContext context) {
            if (crashes) {
                crashes = false;
                throw new IllegalStateException("crashed on purpose");
            }
            return fails ? WorkResult.failed("the list of addresses is gone") : WorkResult.nothing();
        }
    }

    @AfterEach
    void close() {
        fleet.close();
        test.close();
    }

    private UUID enqueue(String text) {
        return fleet.tasks().enqueue(NewTask.of("send-mail", text)).id();
    }

    private String state(UUID task) {
        return test.database()
                .read(handle -> handle.createQuery("SELECT state FROM tasks WHERE id = :id")
                        .bind("id", task)
                        .mapTo(String.class)
                        .one());
    }

    private void command(AgentCommand command) {
        new AgentCommands(test.database(), fleet::assignmentsChanged)
                .give(fleet.organization(), "mailer", command, "the test wants it", "test");
    }

    private void awaitCompleted(UUID task) {
        Eventually.holds("completed", BOUND, () -> state(task).equals("completed"));
    }

    private long counted(String column) {
        return test.database()
                .read(handle -> handle.createQuery("SELECT " + column + " FROM agent_leases WHERE agent_id = 'mailer'")
                        .mapTo(Long.class)
                        .one());
    }

    @Test
    void ticks_that_fail_in_a_row_are_counted_whatever_becomes_of_tasks_meanwhile() {
        fails = true;
        awaitCompleted(enqueue("a"));
        Eventually.holds("three in a row", BOUND, () -> counted("failing") >= 3);
        awaitCompleted(enqueue("b"));
        assertThat(counted("failing")).isGreaterThanOrEqualTo(3);
        fails = false;
        Eventually.holds("one that did not", BOUND, () -> counted("failing") == 0);
    }

    private String outcomes(UUID task) {
        return test.database()
                .read(handle -> handle.createQuery(
                                "SELECT string_agg(outcome, ' ' ORDER BY fence) FROM task_attempts WHERE task_id = :id")
                        .bind("id", task)
                        .mapTo(String.class)
                        .one());
    }

    @Test
    void an_active_agent_works_on_its_tasks_and_counts_them_as_its_work() {
        UUID good = enqueue("hello");
        fleet.tasks().enqueue(NewTask.of("send-mail", "bad").attempts(1));
        awaitCompleted(good);
        assertThat(sent).containsExactly("1 hello");
        Eventually.holds("one item", BOUND, () -> counted("items") == 1);
        Eventually.holds("one failure", BOUND, () -> counted("failures") == 1);
    }

    @Test
    void a_paused_agent_takes_no_task_until_it_is_resumed() {
        awaitCompleted(enqueue("before"));
        // The task may be done before it was told that somebody does such.
        Eventually.holds("the type is offered", BOUND, this::isOffered);
        command(AgentCommand.PAUSE);
        Eventually.holds("the type is no longer offered", BOUND, () -> !isOffered());
        UUID waiting = enqueue("meanwhile");
        UUID other = fleet.tasks()
                .enqueue(NewTask.of("other", "a task of a type nobody works on"))
                .id();
        Eventually.holds("both stand among the claimable", BOUND, () -> ready() == 2);
        assertThat(state(waiting)).isEqualTo("open");
        command(AgentCommand.RESUME);
        awaitCompleted(waiting);
        assertThat(state(other)).isEqualTo("open");
    }

    @Test
    void what_could_not_be_told_of_the_types_worked_on_is_told_again() throws SQLException {
        Eventually.holds("the type is offered", BOUND, this::isOffered);
        try (Connection connection = test.superuser();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE SEQUENCE told");
            statement.execute("GRANT USAGE ON told TO PUBLIC");
            statement.execute("""
                    ALTER TABLE node_sessions
                    ADD CHECK (CASE WHEN task_types = '{}' THEN nextval('told') > 1 ELSE true END)
                    """);
        }
        command(AgentCommand.PAUSE);
        Eventually.holds("the type is no longer offered", BOUND, () -> !isOffered());
    }

    private boolean isOffered() {
        return test.database()
                .read(handle -> handle.createQuery("SELECT 'send-mail' = ANY (task_types) FROM node_sessions")
                        .mapTo(Boolean.class)
                        .one());
    }

    private long ready() {
        return test.database()
                .read(handle -> handle.createQuery("SELECT count(*) FROM task_ready")
                        .mapTo(Long.class)
                        .one());
    }

    @Test
    void what_an_agent_ran_when_it_crashed_runs_again_with_its_next_instance_and_was_no_failure() throws Exception {
        UUID hanging = enqueue("hang");
        assertThat(hangs.await(BOUND.toSeconds(), TimeUnit.SECONDS)).isTrue();
        crashes = true;
        awaitCompleted(hanging);
        assertThat(sent).containsExactly("2 hang");
        assertThat(outcomes(hanging)).isEqualTo("released");
    }
}
