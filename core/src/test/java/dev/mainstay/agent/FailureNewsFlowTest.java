package dev.mainstay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Who watches an agent hears of its failures before its next heartbeat is due.
class FailureNewsFlowTest {
    private static final Duration BOUND = Duration.ofMinutes(1);
    private static final Duration LONG = Duration.ofMinutes(5);

    private final TestDatabase test = TestDatabase.create();
    private final AtomicBoolean fails = new AtomicBoolean();

    @AfterEach
    void drop() {
        test.close();
    }

    private AgentSpec seldomHeard() {
        return AgentSpec.builder("importer")
                .every(Duration.ofMillis(50))
                .heartbeat(LONG)
                .build();
    }

    private WorkResult work() {
        return fails.get() ? WorkResult.failed("the parser is confused") : WorkResult.processed(1);
    }

    private long number(String sql) {
        return test.database()
                .read(handle -> handle.createQuery(sql).mapTo(Long.class).one());
    }

    @Test
    void the_first_failures_in_a_row_and_the_end_of_them_are_told_at_once() {
        try (Fleet _ = Fleet.builder()
                .database(test.database())
                .agent(seldomHeard(), any -> context -> work())
                .start()) {
            Eventually.holds(
                    "the first tick is told",
                    BOUND,
                    () -> number("SELECT count(*) FROM agent_leases WHERE ticks > 0") == 1);

            fails.set(true);
            Eventually.holds(
                    "failures are told",
                    BOUND,
                    () -> number("SELECT count(*) FROM agent_leases WHERE failing >= 2") == 1);
            assertThat(number("SELECT failing FROM agent_leases"))
                    .as("more are not told apart")
                    .isLessThanOrEqualTo(3);
            fails.set(false);
            Eventually.holds(
                    "so is their end",
                    BOUND,
                    () -> number("SELECT count(*) FROM agent_leases WHERE failing = 0 AND failures > 0") == 1);
            assertThat(number("SELECT count(*) FROM agent_heartbeats"))
                    .as("a heartbeat for the news, not for each of the ticks")
                    .isLessThan(10);
        }
    }
}
