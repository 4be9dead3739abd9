package dev.mainstay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What an agent can show to the outside to prove that it is the owner.
class FenceFlowTest {
    @Test
    void an_agent_sees_the_fence_of_its_lease_and_a_later_owner_a_higher_one() throws InterruptedException {
        try (TestDatabase test = TestDatabase.create()) {
            long first = fenceOfNextLife(test);
            long second = fenceOfNextLife(test);
            assertThat(second).isGreaterThan(first);
        }
    }

    /// As seen by the agent, and as its lease says meanwhile.
    private static long fenceOfNextLife(TestDatabase test) throws InterruptedException {
        BlockingQueue<Long> seen = new ArrayBlockingQueue<>(1);
        try (Fleet fleet = Fleet.builder()
                .database(test.database())
                .agent("writer", Duration.ofMillis(20), context -> seen.offer(context.fence()))
                .start()) {
            Long fence = seen.poll(1, TimeUnit.MINUTES);
            long stored = fleet.database()
                    .read(handle -> handle.createQuery("SELECT fence FROM agent_leases")
                            .mapTo(Long.class)
                            .one());
            assertThat(fence).isEqualTo(stored);
            return stored;
        }
    }
}
