package dev.mainstay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/// A fleet of an agent that does its worst and one beside it that goes on.
final class HostileStage implements AutoCloseable {
    static final Duration BOUND = Duration.ofMinutes(1);
    private final TestDatabase test = TestDatabase.create();
    private final AtomicInteger neighbour = new AtomicInteger();

    TestDatabase test() {
        return test;
    }

    private static AgentSpec spec(String id) {
        Duration quick = Duration.ofMillis(20);
        Duration minute = Duration.ofMinutes(1);
        return AgentSpec.builder(id)
                .every(quick)
                .deadline(Duration.ofMillis(200))
                .restart(new RestartPolicy(2, minute, quick, quick, minute, minute))
                .build();
    }

    void endsInQuarantineAlone(AgentFactory hostile) {
        try (Fleet fleet = Fleet.builder()
                .database(test.database())
                .node("node-a")
                .agent(spec("hostile"), hostile)
                .agent("neighbour", Duration.ofMillis(20), context -> neighbour.incrementAndGet())
                .start()) {
            Eventually.holds(
                    "the hostile one is in quarantine",
                    BOUND,
                    () -> fleet.agents().find("hostile").orElseThrow().state() == AgentState.QUARANTINED);
            int before = neighbour.get();
            Eventually.holds("the neighbour ticks on", BOUND, () -> neighbour.get() > before + 3);
            assertThat(fleet.node().isTrusted()).isTrue();
        }
    }

    @Override
    public void close() {
        test.close();
    }
}
