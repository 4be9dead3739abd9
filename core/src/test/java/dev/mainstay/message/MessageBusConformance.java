package dev.mainstay.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.mainstay.MainstayException;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.task.NotRetryableException;
import dev.mainstay.task.Priority;
import dev.mainstay.task.RetryPolicy;
import dev.mainstay.testing.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What every transport must hold: a subclass opens nodes on its store and inherits all tests. Each test uses channels
/// and groups of its own.
abstract class MessageBusConformance extends ListsConformance {
    private static final RetryPolicy QUICK = new RetryPolicy(3, Duration.ofMillis(20), Duration.ofMillis(50), 0);

    record Order(String number, int amount) {}

    @Test
    void a_group_gets_each_message_once_with_all_it_was_sent_with() {
        String channel = unique("orders");
        List<Message> got = seen();
        try (Subscription _ = bus.consume(ConsumerGroup.of(channel + "-billing", Interest.in(channel)), got::add)) {
            Published published = bus.publish(NewMessage.to(channel, new Order("A-1", 7))
                    .key("eu.created")
                    .from("shop")
                    .priority(Priority.HIGH)
                    .correlation("c-1")
                    .header("region", "eu"));
            eventually(got, 1);
            Message message = got.getFirst();
            assertThat(message.id()).isEqualTo(published.id());
            assertThat(message.position()).isEqualTo(published.position());
            assertThat(message.body(Order.class)).isEqualTo(new Order("A-1", 7));
            assertThat(message)
                    .extracting(
                            Message::channel,
                            Message::routingKey,
                            Message::sender,
                            Message::priority,
                            Message::correlationId,
                            Message::headers,
                            Message::attempt)
                    .containsExactly(channel, "eu.created", "shop", Priority.HIGH, "c-1", Map.of("region", "eu"), 1);
        }
        assertThat(got).hasSize(1);
    }

    @Test
    void two_nodes_of_a_group_share_its_messages_and_keep_the_order_of_each_sender() {
        String channel = unique("shared");
        ConsumerGroup group = ConsumerGroup.of(channel + "-group", Interest.in(channel));
        List<String> all = seen();
        try (TestNode other = node("second");
                Subscription _ = bus.consume(group, m -> all.add(m.sender() + " " + text(m)));
                Subscription _ = other.bus().consume(group, m -> all.add(m.sender() + " " + text(m)))) {
            publishAtOnce(numbers(0, 300).stream()
                    .flatMap(number -> Stream.of("a", "b", "c")
                            .map(sender -> NewMessage.to(channel, number).from(sender))));
            eventually(all, 900);
        }
        assertThat(all).hasSize(900);
        for (String sender : List.of("a", "b", "c")) {
            assertThat(all.stream().filter(line -> line.startsWith(sender)).map(line -> line.substring(2)))
                    .isEqualTo(numbers(0, 300));
        }
    }

    @Test
    void what_an_agent_is_sent_waits_in_its_inbox_beside_what_all_agents_are() {
        String agent = unique("planner");
        bus.publish(NewMessage.toAgent(agent, "to you"));
        bus.publish(NewMessage.toAgent(unique("another"), "to another"));
        List<String> got = seen();
        try (Subscription _ = bus.consume(ConsumerGroup.inboxOf(agent), m -> got.add(text(m)))) {
            eventually(got, 1);
            String toAll = unique("to all");
            bus.publish(NewMessage.toAllAgents(toAll));
            Eventually.holds("the broadcast", BOUND, () -> got.contains(toAll));
        }
        assertThat(got).contains("to you").doesNotContain("to another");
    }

    @Test
    void wildcards_choose_by_routing_key() {
        String channel = unique("keys");
        List<String> star = seen();
        List<String> hash = seen();
        Interest interest = Interest.in(channel);
        try (Subscription _ = bus.consume(
                        ConsumerGroup.of(channel + "-star", interest.matching("order.*")),
                        m -> star.add(m.routingKey()));
                Subscription _ = bus.consume(
                        ConsumerGroup.of(channel + "-hash", interest.matching("order.#")),
                        m -> hash.add(m.routingKey()));
                Subscription _ = bus.subscribe(interest.matching("order.#"), m -> hash.add("live " + m.routingKey()))) {
            for (String key : List.of("", "order", "order.new", "order.new.eu", "orders.new", "x.order")) {
                bus.publish(NewMessage.to(channel, key).key(key).from("me"));
            }
            bus.publish(NewMessage.to(channel, "last").key("order.last").from("me"));
            Eventually.holds(
                    "the last everywhere",
                    BOUND,
                    () -> star.contains("order.last") && hash.containsAll(List.of("order.last", "live order.last")));
        }
        assertThat(star).containsExactly("order.new", "order.last");
        assertThat(hash.stream().filter(key -> !key.startsWith("live ")))
                .containsExactly("order", "order.new", "order.new.eu", "order.last");
        assertThat(hash.stream().filter(key -> key.startsWith("live ")))
                .containsExactly("live order", "live order.new", "live order.new.eu", "live order.last");
    }

    @Test
    void filters_choose_by_fields_of_body_and_headers() {
        String channel = unique("filtered");
        List<String> got = seen();
        Interest interest = Interest.in(channel).where("body.amount >= 100 and headers.region = \"eu\"");
        try (Subscription _ = bus.consume(
                ConsumerGroup.of(channel + "-large", interest),
                m -> got.add(m.body(Order.class).number()))) {
            send(channel, "small", 99, "eu");
            send(channel, "elsewhere", 100, "us");
            bus.publish(
                    NewMessage.to(channel, "no order").header("region", "eu").from("me"));
            send(channel, "large", 100, "eu");
            eventually(got, 1);
        }
        assertThat(got).containsExactly("large");
    }

    private void send(String channel, String number, int amount, String region) {
        bus.publish(NewMessage.to(channel, new Order(number, amount))
                .header("region", region)
                .from("me"));
    }

    @Test
    void the_more_urgent_come_first_and_the_order_within_a_priority_is_kept() {
        String channel = unique("urgent");
        ConsumerGroup group = ConsumerGroup.of(channel + "-group", Interest.in(channel));
        bus.declare(group);
        for (Priority priority : List.of(Priority.LOW, Priority.NORMAL, Priority.CRITICAL, Priority.HIGH)) {
            bus.publish(NewMessage.to(channel, priority.word() + " 1")
                    .priority(priority)
                    .from("me"));
            bus.publish(NewMessage.to(channel, priority.word() + " 2")
                    .priority(priority)
                    .from("me"));
        }
        List<String> got = seen();
        try (Subscription _ = bus.consume(group, m -> got.add(text(m)))) {
            eventually(got, 8);
        }
        assertThat(got)
                .containsExactly(
                        "critical 1", "critical 2", "high 1", "high 2", "normal 1", "normal 2", "low 1", "low 2");
    }

    @Test
    void a_message_whose_time_to_live_is_over_is_not_delivered() {
        String channel = unique("short-lived");
        ConsumerGroup group = ConsumerGroup.of(channel + "-group", Interest.in(channel));
        bus.declare(group);
        bus.publish(NewMessage.to(channel, "late").expiringAfter(Duration.ofMillis(1)));
        Threads.pause(Duration.ofMillis(20));
        bus.publish(NewMessage.to(channel, "in time").expiringAfter(Duration.ofMinutes(1)));
        List<String> got = seen();
        List<String> live = seen();
        try (Subscription _ = bus.consume(group, m -> got.add(text(m)));
                Subscription _ = bus.subscribe(Interest.in(channel), Start.OLDEST, m -> live.add(text(m)))) {
            eventually(got, 1);
            eventually(live, 1);
        }
        assertThat(got).containsExactly("in time");
        assertThat(live).containsExactly("in time");
    }

    @Test
    void a_message_whose_handler_fails_is_tried_again_before_any_behind_it_of_its_sender() {
        String channel = unique("flaky");
        AtomicInteger failures = new AtomicInteger();
        List<String> got = seen();
        ConsumerGroup group =
                ConsumerGroup.of(channel + "-group", Interest.in(channel)).retry(QUICK);
        try (Subscription _ = bus.consume(group, message -> {
            if (text(message).equals("2") && failures.getAndIncrement() < 2) {
                throw new IllegalStateException("not yet");
            }
            got.add(message.sender() + text(message) + "/" + message.attempt());
        })) {
            bus.publishAll(IntStream.range(0, 5)
                    .mapToObj(i -> NewMessage.to(channel, Integer.toString(i)).from("a"))
                    .toList());
            bus.publish(NewMessage.to(channel, "0").from("b"));
            eventually(got, 6);
        }
        assertThat(got.stream().filter(line -> line.startsWith("a")))
                .containsExactly("a0/1", "a1/1", "a2/3", "a3/1", "a4/1");
        assertThat(got).contains("b0/1");
    }

    @Test
    void a_poisonous_message_becomes_a_dead_letter_and_can_be_redriven() {
        String channel = unique("poison");
        AtomicInteger attempts = new AtomicInteger();
        List<String> got = seen();
        String name = channel + "-group";
        ConsumerGroup group = ConsumerGroup.of(name, Interest.in(channel)).retry(QUICK);
        try (Subscription _ = bus.consume(group, message -> {
            if (text(message).equals("bad") && attempts.incrementAndGet() <= 3) {
                throw new IllegalStateException("cannot be");
            }
            got.add(text(message));
        })) {
            Published bad = bus.publish(NewMessage.to(channel, "bad").from("me"));
            bus.publish(NewMessage.to(channel, "good").from("me"));
            eventually(got, 1);
            assertThat(got).containsExactly("good");
            Eventually.holds(
                    "a dead letter",
                    BOUND,
                    () -> !bus.deadLetters(Optional.of(name), 10).isEmpty());
            List<DeadLetter> dead = bus.deadLetters(Optional.of(name), 10);
            assertThat(dead).hasSize(1);
            assertThat(dead.getFirst())
                    .extracting(
                            DeadLetter::attempts,
                            DeadLetter::reason,
                            letter -> letter.message().position())
                    .containsExactly(3, "java.lang.IllegalStateException: cannot be", bad.position());
            assertThat(bus.redrive(name, bad.position())).isTrue();
            assertThat(bus.redrive(name, bad.position())).isFalse();
            eventually(got, 2);
        }
        assertThat(got).containsExactly("good", "bad");
        assertThat(bus.deadLetters(Optional.of(name), 10)).isEmpty();
    }

    @Test
    void a_handler_can_say_that_trying_again_is_in_vain() {
        String channel = unique("hopeless");
        String name = channel + "-group";
        AtomicInteger calls = new AtomicInteger();
        try (Subscription _ = bus.consume(ConsumerGroup.of(name, Interest.in(channel)), message -> {
            calls.incrementAndGet();
            throw new NotRetryableException("no such order");
        })) {
            bus.publish(NewMessage.to(channel, "x"));
            Eventually.holds(
                    "a dead letter",
                    BOUND,
                    () -> !bus.deadLetters(Optional.of(name), 10).isEmpty());
        }
        assertThat(calls).hasValue(1);
        DeadLetter dead = bus.deadLetters(Optional.of(name), 10).getFirst();
        assertThat(dead.reason()).isEqualTo("no such order");
        assertThat(bus.discard(name, dead.message().position())).isTrue();
        assertThat(bus.deadLetters(Optional.of(name), 10)).isEmpty();
    }

    @Test
    void a_subscriber_that_never_acknowledges_is_interrupted_and_its_message_dies_with_the_last_attempt()
            throws InterruptedException {
        String channel = unique("stuck");
        String name = channel + "-group";
        CountDownLatch interrupted = new CountDownLatch(2);
        ConsumerGroup group = ConsumerGroup.of(name, Interest.in(channel))
                .retry(QUICK.withAttempts(2))
                .ackWithin(Duration.ofMillis(150));
        List<String> got = seen();
        try (Subscription _ = bus.consume(group, message -> {
            if (text(message).equals("stuck")) {
                try {
                    Thread.currentThread().join();
                } finally {
                    interrupted.countDown();
                }
            }
            got.add(text(message));
        })) {
            bus.publish(NewMessage.to(channel, "stuck").from("me"));
            bus.publish(NewMessage.to(channel, "behind").from("me"));
            assertThat(interrupted.await(BOUND.toSeconds(), TimeUnit.SECONDS)).isTrue();
            eventually(got, 1);
        }
        assertThat(bus.deadLetters(Optional.of(name), 10))
                .extracting(DeadLetter::reason)
                .containsExactly("not handled within PT0.15S");
    }

    @Test
    void what_a_killed_consumer_had_in_hand_is_delivered_to_another() throws InterruptedException {
        String channel = unique("killed");
        ConsumerGroup group = ConsumerGroup.of(channel + "-group", Interest.in(channel));
        CountDownLatch begun = new CountDownLatch(1);
        List<String> got = seen();
        TestNode doomed = node("doomed");
        doomed.bus().consume(group, message -> {
            begun.countDown();
            Thread.currentThread().join();
        });
        bus.publishAll(numbers(0, 20).stream()
                .map(number -> NewMessage.to(channel, number).from("me"))
                .toList());
        assertThat(begun.await(BOUND.toSeconds(), TimeUnit.SECONDS)).isTrue();
        try (Subscription _ = bus.consume(group, m -> got.add(text(m) + "/" + m.attempt()))) {
            doomed.kill();
            eventually(got, 20);
        }
        assertThat(got).isEqualTo(numbers(0, 20).stream().map(n -> n + "/2").toList());
    }

    @Test
    void an_ack_under_a_lost_lease_changes_nothing() {
        String channel = unique("fenced");
        ConsumerGroup group = ConsumerGroup.of(channel + "-group", Interest.in(channel));
        bus.declare(group);
        bus.publish(NewMessage.to(channel, "x"));
        TestNode doomed = node("doomed");
        MessageTransport transport = doomed.transport();
        Batch batch = claim(transport, group);
        assertThat(batch.messages()).hasSize(1);
        doomed.kill();
        assertThat(transport.settle(
                        bus.organization(),
                        group,
                        List.of(Settlement.acked(batch.token(), batch.messages().getFirst()))))
                .containsExactly(batch.token());
        List<String> got = seen();
        try (Subscription _ = bus.consume(group, m -> got.add(text(m)))) {
            eventually(got, 1);
        }
    }

    @Test
    void a_group_reads_again_after_it_was_set_back() {
        String channel = unique("seek");
        ConsumerGroup group = ConsumerGroup.of(channel + "-group", Interest.in(channel));
        List<String> got = seen();
        try (Subscription _ = bus.consume(group, m -> got.add(text(m)))) {
            Published first = bus.publish(NewMessage.to(channel, "1").from("me"));
            bus.publish(NewMessage.to(channel, "2").from("me"));
            eventually(got, 2);
            // What is still in hand when a group is set back may come once more.
            Eventually.holds(
                    "both are done with",
                    BOUND,
                    () -> bus.group(group.name())
                            .filter(view -> view.inHand() == 0)
                            .isPresent());
            bus.seek(group.name(), Start.after(first.position()));
            eventually(got, 3);
        }
        assertThat(got).containsExactly("1", "2", "2");
    }

    @Test
    void whoever_publishes_once_the_node_has_stopped_is_told_so() {
        TestNode stopped = node("stopped");
        stopped.close();
        NewMessage late = NewMessage.to(unique("late"), "x");
        assertThatThrownBy(() -> stopped.bus().publish(late)).hasMessageContaining("this node is stopping");
    }

    @Test
    void one_sender_that_waits_holds_up_no_other() {
        String channel = unique("held-up");
        List<String> got = seen();
        RetryPolicy slow = new RetryPolicy(3, Duration.ofMinutes(5), Duration.ofMinutes(5), 0);
        ConsumerGroup group =
                ConsumerGroup.of(channel + "-group", Interest.in(channel)).retry(slow);
        try (Subscription _ = bus.consume(group, message -> {
            if ("waits".equals(message.sender())) {
                throw new IllegalStateException("not now");
            }
            got.add(text(message));
        })) {
            bus.publishAll(numbers(0, 700).stream()
                    .map(number -> NewMessage.to(channel, number).from("waits"))
                    .toList());
            bus.publish(NewMessage.to(channel, "other").from("goes on"));
            eventually(got, 1);
        }
        assertThat(got).containsExactly("other");
    }

    @Test
    void a_consumer_outside_settles_under_its_lease_and_a_group_can_be_forgotten() throws InterruptedException {
        String channel = unique("outside");
        ConsumerGroup group = ConsumerGroup.of(channel, Interest.in(channel).matching("a.#"))
                .retry(QUICK.withAttempts(2))
                .ackWithin(Duration.ofSeconds(7));
        bus.declare(group);
        OutsideConsumers outside = bus.outside();
        assertThat(outside.group(channel)).contains(group);
        long first = publishedAt(channel, "one");
        long second = publishedAt(channel, "two");

        Batch batch = outside.claim(channel, 10, Duration.ofSeconds(10), () -> true);
        assertThat(batch.messages()).extracting(Message::position).containsExactly(first, second);
        OutsideEnd failed = outside.fail(channel, batch.token(), first, "no", true, null);
        assertThat(failed.givenBack()).containsExactly(second);
        assertThat(outside.fail(channel, batch.token(), first, "no", true, null))
                .isEqualTo(failed);
        assertThatExceptionOfType(MainstayException.class)
                .isThrownBy(() -> outside.ack(channel, batch.token(), List.of(second)))
                .withMessageContaining("lease");

        Batch again = outside.claim(channel, 10, Duration.ofSeconds(10), () -> true);
        assertThat(again.messages())
                .extracting(Message::position, Message::attempt)
                .containsExactly(tuple(first, 2));
        assertThat(outside.fail(channel, again.token(), first, "no", true, null))
                .isEqualTo(OutsideEnd.DEAD);
        assertThat(bus.deadLetters(Optional.of(channel), 10)).hasSize(1);
        assertThat(outside.remove(channel)).isTrue();
        assertThat(outside.remove(channel)).isFalse();
        assertThat(outside.group(channel)).isEmpty();
        assertThat(bus.deadLetters(Optional.of(channel), 10)).isEmpty();
    }

    private long publishedAt(String channel, String body) {
        return bus.publish(NewMessage.to(channel, body).key("a.b").from("me")).position();
    }
}
