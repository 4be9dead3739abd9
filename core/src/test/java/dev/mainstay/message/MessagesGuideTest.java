package dev.mainstay.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.agent.Agent;
import dev.mainstay.agent.AgentContext;
import dev.mainstay.agent.AgentSpec;
import dev.mainstay.agent.WorkResult;
import dev.mainstay.task.RetryPolicy;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/// The code of the guide on messages, run.
class MessagesGuideTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    private final List<String> billed = new CopyOnWriteArrayList<>();
    private final List<String> seen = new CopyOnWriteArrayList<>();

    record Order(String number, int amount) {}

    private static final class Planner implements Agent {
        @Override
        public void start(AgentContext context) {
            context.onMessage(question ->
                    context.messages().publish(NewMessage.replyTo(question, "plan of " + question.body(String.class))));
        }

        @Override
        public WorkResult tick(AgentContext context) {
            return WorkResult.nothing();
        }
    }

    private void bill(Order order) {
        billed.add(order.number());
    }

    @Test
    void the_guide_does_what_it_says() {
        try (TestDatabase test = TestDatabase.create();
                Fleet fleet = Fleet.builder()
                        .database(test.database())
                        .agent(
                                AgentSpec.builder("planner")
                                        .every(Duration.ofMinutes(1))
                                        .build(),
                                spec -> new Planner())
                        .start()) {
            consume(fleet.messages());
            Order order = new Order("A-1", 100);
            MessageBus bus = fleet.messages().as("shop");
            bus.publish(NewMessage.to("orders", order).key("eu.created").header("region", "eu"));
            bus.publish(NewMessage.toAgent("planner", "good morning"));
            Eventually.holds("billed", BOUND, () -> billed.contains("A-1"));
            Message answer = bus.request(NewMessage.toAgent("planner", "monday"), Duration.ofSeconds(20));
            assertThat(answer.body(String.class)).isEqualTo("plan of monday");
            Subscription watching =
                    bus.subscribe(Interest.in("orders"), Start.OLDEST, message -> seen.add(message.routingKey()));
            Eventually.holds("seen", BOUND, () -> seen.contains("eu.created"));
            watching.close();
        }
    }

    private void consume(MessageBus bus) {
        ConsumerGroup billing = ConsumerGroup.of(
                        "billing", Interest.in("orders").matching("eu.#").where("body.amount >= 100"))
                .retry(new RetryPolicy(5, Duration.ofSeconds(1), Duration.ofMinutes(1), 0.2))
                .ackWithin(Duration.ofSeconds(10));
        Subscription consumer = bus.consume(billing, message -> bill(message.body(Order.class)));
        assertThat(consumer).isNotNull();
    }
}
