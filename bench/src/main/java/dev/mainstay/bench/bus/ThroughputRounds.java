package dev.mainstay.bench.bus;

import dev.mainstay.Fleet;
import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.lab.Stopwatch;
import dev.mainstay.message.ConsumerGroup;
import dev.mainstay.message.Interest;
import dev.mainstay.message.MessageBus;
import dev.mainstay.message.NewMessage;
import dev.mainstay.message.Subscription;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/// From the first publish until every subscriber has handled every message, all on one node. Used by one thread.
final class ThroughputRounds {
    private static final long PATIENCE_SECONDS = 300;
    private static final String TEXT = "x".repeat(160);

    private final Laboratory laboratory;

    ThroughputRounds(Laboratory laboratory) {
        this.laboratory = laboratory;
    }

    /// Messages a second to one consumer group that keeps the order of their one sender.
    double toOneGroup(int messages) {
        return messages / seconds(messages, 1, this::group);
    }

    /// Deliveries a second to subscribers that live as long as they listen.
    double toSubscribers(int subscribers, int messages) {
        double seconds = seconds(
                messages,
                subscribers,
                (bus, channel, number, handled) -> bus.subscribe(Interest.in(channel), message -> handled.countDown()));
        return (double) messages * subscribers / seconds;
    }

    /// Deliveries a second to durable groups, each handling and acknowledging every message.
    double toGroups(int groups, int messages) {
        return (double) messages * groups / seconds(messages, groups, this::group);
    }

    private Subscription group(MessageBus bus, String channel, int number, CountDownLatch handled) {
        ConsumerGroup group = ConsumerGroup.of(channel + "-" + number, Interest.in(channel));
        return bus.consume(group, message -> handled.countDown());
    }

    private interface Subscribing {
        Subscription subscribe(MessageBus bus, String channel, int number, CountDownLatch handled);
    }

    private double seconds(int messages, int subscribers, Subscribing subscribing) {
        String channel = "bench-" + UUID.randomUUID();
        var handled = new CountDownLatch(messages * subscribers);
        try (Fleet fleet = fleet()) {
            MessageBus bus = fleet.messages().as("bench");
            List<Subscription> subscriptions =
                    each(subscribers, number -> subscribing.subscribe(bus, channel, number, handled));
            var watch = Stopwatch.start();
            IntStream.range(0, messages).forEach(number -> publish(bus, channel, number, handled));
            if (!handled.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException(handled.getCount() + " deliveries did not come");
            }
            double seconds = watch.seconds();
            subscriptions.forEach(Subscription::close);
            return seconds;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private Fleet fleet() {
        return Fleet.builder()
                .database(laboratory.config("bench-bus").build())
                .node("bench-bus")
                .start();
    }

    private static <T> List<T> each(int count, IntFunction<T> made) {
        return new ArrayList<>(IntStream.range(0, count).mapToObj(made).toList());
    }

    /// A message that is not stored would be waited for in vain, so its failure is told.
    private static void publish(MessageBus bus, String channel, int number, CountDownLatch handled) {
        var _ = bus.publishAsync(NewMessage.to(channel, Map.of("number", number, "text", TEXT)))
                .exceptionally(failure -> {
                    throw new IllegalStateException(handled.getCount() + " deliveries before one failed", failure);
                });
    }
}
