package dev.mainstay.bench.bus;

import dev.mainstay.Fleet;
import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.report.Samples;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.message.ConsumerGroup;
import dev.mainstay.message.Interest;
import dev.mainstay.message.Message;
import dev.mainstay.message.NewMessage;
import dev.mainstay.message.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;

/// How long it takes from just before a message is published until its handler starts, one by one at a steady rate.
/// Used by one thread.
final class MessageLatencyRounds {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final Duration SETTLING = Duration.ofSeconds(3);

    private final Laboratory laboratory;
    private final MonotonicClock clock = MonotonicClock.system();

    MessageLatencyRounds(Laboratory laboratory) {
        this.laboratory = laboratory;
    }

    /// In milliseconds, those of the first three seconds left out.
    ///
    /// @param isSameNode whether the node that publishes is the one that consumes
    Samples round(int perSecond, Duration length, boolean isSameNode) {
        Queue<Double> handled = new ConcurrentLinkedQueue<>();
        String channel = "latency-" + UUID.randomUUID();
        long begin = clock.nanos() + SETTLING.toNanos();
        Fleet consumer = fleet("bus-consumer");
        Fleet publisher = isSameNode ? consumer : fleet("bus-publisher");
        ConsumerGroup group = ConsumerGroup.of(channel, Interest.in(channel));
        try (Subscription _ = consumer.messages().consume(group, message -> note(message, begin, handled))) {
            publish(publisher, channel, perSecond, SETTLING.plus(length));
            Threads.pause(Duration.ofMillis(500));
        } finally {
            if (!isSameNode) {
                publisher.close();
            }
            consumer.close();
        }
        return Samples.of(new ArrayList<>(handled));
    }

    private Fleet fleet(String node) {
        return Fleet.builder()
                .database(laboratory.config(node).build())
                .node(node)
                .start();
    }

    private void note(Message message, long begin, Queue<Double> handled) {
        long now = clock.nanos();
        long sent = message.body().longValue();
        if (sent > begin) {
            handled.add((now - sent) / NANOS_PER_MILLI);
        }
    }

    /// Each from a thread of its own, at the moment it is due, so that a slow one delays no other.
    private void publish(Fleet fleet, String channel, int perSecond, Duration length) {
        long start = clock.nanos();
        long gap = Duration.ofSeconds(1).toNanos() / perSecond;
        long count = length.toNanos() / gap;
        try (ExecutorService threads = Threads.virtualExecutor("publish")) {
            for (long i = 0; i < count; i++) {
                Threads.park(Duration.ofNanos(start + i * gap - clock.nanos()));
                threads.execute(() -> fleet.messages().publish(NewMessage.to(channel, clock.nanos())));
            }
        }
    }
}
