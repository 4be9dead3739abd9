package dev.mainstay.agents.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.agent.AgentSpec;
import dev.mainstay.message.DeadLetter;
import dev.mainstay.message.Interest;
import dev.mainstay.message.Message;
import dev.mainstay.task.RetryPolicy;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// The orders of the demonstration, from the shop over the group and the task to the delivery.
class DemoOrdersFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(30);

    @Test
    void an_order_becomes_a_task_whose_end_is_told_in_its_thread() {
        assertThat(deliveries(0, 2)).allSatisfy(delivery -> {
            assertThat(delivery.correlationId()).startsWith("demo-");
            assertThat(delivery.sender()).isEqualTo("clerk");
        });
    }

    private static List<Message> deliveries(double faults, int wanted) {
        try (TestDatabase test = TestDatabase.create();
                Fleet fleet = started(test, faults)) {
            Eventually.holds("deliveries", BOUND, () -> read(fleet).size() >= wanted);
            return read(fleet);
        }
    }

    private static Fleet started(TestDatabase test, double faults) {
        RetryPolicy retry = new RetryPolicy(2, Duration.ofMillis(10), Duration.ofMillis(10), 0);
        return Fleet.builder()
                .database(test.database())
                .agent(spec("shop"), any -> new ShopAgent(faults, 1))
                .agent(spec("clerk"), any -> new ClerkAgent(Duration.ofMillis(1), retry))
                .start();
    }

    private static AgentSpec spec(String id) {
        return AgentSpec.builder(id).every(Duration.ofMillis(200)).build();
    }

    private static List<Message> read(Fleet fleet) {
        return fleet.messages().read(Interest.in("demo.deliveries"), 0, 100);
    }

    @Test
    void an_order_without_a_customer_is_a_dead_letter_that_says_so() {
        try (TestDatabase test = TestDatabase.create();
                Fleet fleet = started(test, 1)) {
            Eventually.holds("a dead letter", BOUND, () -> !dead(fleet).isEmpty());
            assertThat(dead(fleet).getFirst().reason()).contains("names no customer");
            assertThat(read(fleet)).isEmpty();
        }
    }

    private static List<DeadLetter> dead(Fleet fleet) {
        return fleet.messages().deadLetters(Optional.of(ClerkAgent.GROUP), 10);
    }
}
