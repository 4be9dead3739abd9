package dev.mainstay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Agents that do their worst beside one that goes on.
class HostileAgentFlowTest {
    private static final Duration BOUND = HostileStage.BOUND;
    private final HostileStage stage = new HostileStage();
    private final TestDatabase test = stage.test();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger closed = new AtomicInteger();

    @AfterEach
    void drop() {
        over.set(true);
        stage.close();
    }

    @Test
    void one_that_cannot_be_made() {
        stage.endsInQuarantineAlone(spec -> {
            throw new NoClassDefFoundError("gone");
        });
    }

    @Test
    void one_that_throws_from_every_callback() {
        stage.endsInQuarantineAlone(spec -> new Agent() {
            @Override
            public void start(AgentContext context) {
                throw new IllegalStateException("start");
            }

            @Override
            public WorkResult tick(AgentContext context) {
                throw new IllegalStateException("tick");
            }

            @Override
            public void close() {
                throw new IllegalStateException("close");
            }
        });
    }

    @Test
    void one_whose_exception_cannot_even_be_printed() {
        stage.endsInQuarantineAlone(spec -> context -> {
            throw new IllegalStateException() {
                @Override
                public String getMessage() {
                    throw new IllegalStateException("again");
                }
            };
        });
    }

    @Test
    void one_that_returns_nothing_at_all() {
        stage.endsInQuarantineAlone(spec -> new Agent() {
            @Override
            @SuppressWarnings("NullAway") // just what a careless agent does
            public WorkResult tick(AgentContext context) {
                return null;
            }
        });
    }

    /// Blocks in one callback, deaf to interrupts, until the test is over.
    private final class Deaf implements Agent {
        private final String where;

        Deaf(String where) {
            this.where = where;
            blockIn("factory");
        }

        private void blockIn(String callback) {
            while (where.equals(callback) && !over.get()) {
                Threads.park(Duration.ofMillis(5));
                Thread.interrupted();
            }
        }

        @Override
        public void start(AgentContext context) {
            blockIn("start");
        }

        @Override
        public WorkResult tick(AgentContext context) {
            blockIn("tick");
            if (where.equals("close")) {
                throw new IllegalStateException("so that it is closed");
            }
            return WorkResult.nothing();
        }

        @Override
        public void close() {
            blockIn("close");
            closed.incrementAndGet();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"factory", "start", "tick", "close"})
    void one_that_blocks_for_ever(String where) {
        stage.endsInQuarantineAlone(spec -> new Deaf(where));
    }

    @ParameterizedTest
    @ValueSource(strings = {"factory", "start"})
    void one_that_starts_too_late_is_closed_when_nobody_waits_any_more(String where) {
        stage.endsInQuarantineAlone(spec -> new Deaf(where));
        over.set(true);
        Eventually.holds("all three instances are closed", BOUND, () -> closed.get() == 3);
    }

    private Fleet withOneThatStartsForHours(AtomicInteger started) {
        return Fleet.builder()
                .database(test.database())
                .node("node-a")
                .agent(AgentSpec.builder("slow").deadline(Duration.ofHours(1)).build(), spec -> new Agent() {
                    @Override
                    public void start(AgentContext context) throws InterruptedException {
                        if (started.incrementAndGet() == 1) {
                            new CountDownLatch(1).await();
                        }
                    }

                    @Override
                    public WorkResult tick(AgentContext context) {
                        return WorkResult.nothing();
                    }
                })
                .start();
    }

    private void command(Fleet fleet, AgentCommand command) {
        new AgentCommands(test.database(), fleet::assignmentsChanged)
                .give(fleet.organization(), "slow", command, "it hangs", "a test");
    }

    @Test
    void a_restart_does_not_wait_for_a_start_that_hangs_and_is_no_crash() {
        AtomicInteger started = new AtomicInteger();
        try (Fleet fleet = withOneThatStartsForHours(started)) {
            Eventually.holds("the start hangs", BOUND, () -> started.get() == 1);
            command(fleet, AgentCommand.RESTART);
            Eventually.holds(
                    "it is active",
                    BOUND,
                    () -> fleet.agents().find("slow").orElseThrow().state() == AgentState.ACTIVE);
        }
        assertThat(test.database()
                        .<Integer>read(handle -> handle.createQuery(
                                        "SELECT count(*) FROM system_events WHERE detail ->> 'crash' = 'true'")
                                .mapTo(Integer.class)
                                .one()))
                .isZero();
    }

    @Test
    void a_shutdown_does_not_wait_for_a_start_that_hangs() {
        AtomicInteger started = new AtomicInteger();
        try (Fleet fleet = withOneThatStartsForHours(started)) {
            Eventually.holds("the start hangs", BOUND, () -> started.get() == 1);
            command(fleet, AgentCommand.SHUTDOWN);
            Eventually.holds(
                    "it is shut down",
                    BOUND,
                    () -> fleet.agents().find("slow").orElseThrow().state() == AgentState.SHUTDOWN);
        }
    }
}
