package dev.mainstay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// A single tick, with the context of a real fleet.
class TickFlowTest {
    private static final long DUE = 1_000_000;

    @Test
    void a_tick_is_late_until_its_work_begins_not_until_its_thread_is_made() throws Exception {
        CompletableFuture<AgentContext> context = new CompletableFuture<>();
        try (TestDatabase test = TestDatabase.create();
                Fleet fleet = Fleet.builder()
                        .database(test.database())
                        .agent("lender", Duration.ofMillis(20), context::complete)
                        .start()) {
            AtomicLong clock = new AtomicLong(DUE);
            Tick tick = new Tick(DUE, Long.MAX_VALUE, () -> clock.addAndGet(7_000_000), () -> true);
            TickTally tally = new TickTally();
            CompletableFuture<Long> started = new CompletableFuture<>();
            tick.start("late", any -> WorkResult.nothing(), context.get(1, TimeUnit.MINUTES), (ended, ending) -> {
                tally.ended(ended, ending, DUE + 9_000_000);
                started.complete(ended.started());
            });
            assertThat(started.get(1, TimeUnit.MINUTES)).isEqualTo(DUE + 7_000_000);
            assertThat(tally.take().lateMillis()).isEqualTo(7);
            assertThat(fleet.node().isTrusted()).isTrue();
        }
    }
}
