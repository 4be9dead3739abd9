package dev.mainstay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Agents that do their worst beside one that goes on.
class HostileAgentFlowTest {
    private static final Duration BOUND = Duration.ofMinutes(1);
    private final TestDatabase test = TestDatabase.create();
    private final AtomicInteger neighbour = new AtomicInteger();

    @AfterEach
    void drop() {
        test.close();
    }

    private static AgentSpec spec(String id) {
        Duration quick = Duration.ofMillis(20);
        Duration minute = Duration.ofMinutes(1);
        return AgentSpec.builder(id)
                .every(quick)
                .restart(new RestartPolicy(2, minute, quick, quick, minute, minute))
                .build();
    }

    private void endsInQuarantineAlone(AgentFactory hostile) {
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

    @Test
    void one_that_allocates_until_out_of_memory() {
        endsInQuarantineAlone(spec -> context -> {
            long[][] hoard = new long[1 << 16][];
            for (int i = 0; i < hoard.length; i++) {
                hoard[i] = new long[1 << 24];
            }
            return WorkResult.processed(hoard.length);
        });
    }

    @Test
    void one_that_cannot_be_made() {
        endsInQuarantineAlone(spec -> {
            throw new NoClassDefFoundError("gone");
        });
    }

    @Test
    void one_that_throws_from_every_callback() {
        endsInQuarantineAlone(spec -> new Agent() {
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
        endsInQuarantineAlone(spec -> context -> {
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
        endsInQuarantineAlone(spec -> new Agent() {
            @Override
            @SuppressWarnings("NullAway") // just what a careless agent does
            public WorkResult tick(AgentContext context) {
                return null;
            }
        });
    }
}
