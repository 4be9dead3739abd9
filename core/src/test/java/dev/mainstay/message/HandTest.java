package dev.mainstay.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.concurrent.TimerWheel;
import dev.mainstay.task.Priority;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.StringNode;

class HandTest {
    private static final Duration BOUND = Duration.ofSeconds(30);

    private static Message message(long position) {
        return new Message(
                UUID.randomUUID(),
                position,
                Instant.EPOCH,
                "orders",
                Priority.NORMAL,
                null,
                "",
                null,
                null,
                null,
                Map.of(),
                StringNode.valueOf("x"),
                1);
    }

    @Test
    void whoever_waits_for_a_place_when_all_is_dropped_ends_without_handling_anything() {
        AtomicInteger begun = new AtomicInteger();
        CountDownLatch never = new CountDownLatch(1);
        ManualClock clock = ManualClock.atEpoch();
        try (TimerWheel wheel = TimerWheel.manual(clock)) {
            Hand hand = new Hand(
                    ConsumerGroup.of("billing", Interest.in("orders")),
                    1,
                    message -> {
                        begun.incrementAndGet();
                        never.await();
                    },
                    new Deadlines(wheel, clock),
                    () -> {});
            List<Message> five =
                    LongStream.range(0, 5).mapToObj(HandTest::message).toList();
            hand.take(new Batch(UUID.randomUUID(), five));
            Eventually.holds("the first is handled, the others wait", BOUND, () -> begun.get() == 1 && hand.isFull());

            hand.drop();

            Eventually.holds("the place is free again", BOUND, () -> !hand.isFull());
        }
        assertThat(begun).hasValue(1);
    }
}
