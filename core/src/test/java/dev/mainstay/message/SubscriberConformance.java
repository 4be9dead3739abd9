package dev.mainstay.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.MainstayException;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.testing.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What every transport must hold for those who publish, ask and watch; the part of [MessageBusConformance] without
/// consumer groups of its own.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SubscriberConformance {
    static final Duration BOUND = Duration.ofSeconds(20);

    private TestNode node;
    MessageBus bus;

    /// A node on the store of this class; the caller closes or kills it.
    abstract TestNode node(String name);

    @BeforeAll
    void openNode() {
        node = node("first");
        bus = node.bus();
    }

    @AfterAll
    void closeNode() {
        node.close();
    }

    static String unique(String prefix) {
        return prefix + "-" + UUID.randomUUID().toString().substring(0, 8);
    }

    static <T> List<T> seen() {
        return Collections.synchronizedList(new ArrayList<>());
    }

    static void eventually(List<?> list, int size) {
        Eventually.holds(size + " messages, have " + list, BOUND, () -> list.size() >= size);
    }

    static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    @Test
    void a_thousand_messages_of_one_sender_keep_their_order_in_every_group_and_subscription() {
        String channel = unique("ordered");
        List<String> first = seen();
        List<String> second = seen();
        List<String> live = seen();
        Interest interest = Interest.in(channel);
        try (Subscription _ = bus.consume(ConsumerGroup.of(channel + "-1", interest), m -> first.add(text(m)));
                Subscription _ = bus.consume(ConsumerGroup.of(channel + "-2", interest), m -> second.add(text(m)));
                Subscription _ = bus.subscribe(interest, m -> live.add(text(m)))) {
            publishAtOnce(numbers(0, 1_000).stream()
                    .map(number -> NewMessage.to(channel, number).from("counter")));
            eventually(first, 1_000);
            eventually(second, 1_000);
            eventually(live, 1_000);
        }
        assertThat(first).isEqualTo(numbers(0, 1_000));
        assertThat(second).isEqualTo(numbers(0, 1_000));
        assertThat(live).isEqualTo(numbers(0, 1_000));
    }

    void publishAtOnce(Stream<NewMessage> messages) {
        CompletableFuture<?>[] published = messages.map(bus::publishAsync).toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(published).join();
    }

    static String text(Message message) {
        return message.body().stringValue();
    }

    @Test
    void an_answer_reaches_who_asked_and_silence_is_told_in_time() {
        String channel = unique("questions");
        try (Subscription _ = bus.consume(
                ConsumerGroup.of(channel + "-group", Interest.in(channel)),
                question -> bus.publish(NewMessage.replyTo(question, "answer to " + text(question))))) {
            Message answer = bus.request(NewMessage.to(channel, "what?"), BOUND);
            assertThat(text(answer)).isEqualTo("answer to what?");
        }
        assertThatThrownBy(() -> bus.request(NewMessage.to(unique("nobody"), "hello?"), Duration.ofMillis(50)))
                .isInstanceOf(MainstayException.class)
                .hasMessageContaining("nobody answered");
    }

    @Test
    void a_subscriber_reads_again_from_a_position_or_a_moment() {
        String channel = unique("replay");
        List<Published> published = bus.publishAll(numbers(0, 10).stream()
                .map(number -> NewMessage.to(channel, number).from("me"))
                .toList());
        List<String> behind = seen();
        List<String> all = seen();
        Interest interest = Interest.in(channel);
        Message third = bus.read(interest, 0, 3).getLast();
        try (Subscription _ =
                        bus.subscribe(interest, Start.after(published.get(6).position()), m -> behind.add(text(m)));
                Subscription _ = bus.subscribe(interest, Start.since(third.storedAt()), m -> all.add(text(m)))) {
            bus.publish(NewMessage.to(channel, "10").from("me"));
            eventually(behind, 4);
            Eventually.holds("the newest", BOUND, () -> all.contains("10"));
        }
        assertThat(behind).containsExactly("7", "8", "9", "10");
        assertThat(all).containsSubsequence("2", "3", "4", "5", "6", "7", "8", "9", "10");
    }

    @Test
    void what_is_too_large_is_refused_before_it_is_sent() {
        assertThatThrownBy(() -> bus.publish(NewMessage.to("large", "x".repeat(NewMessage.LARGEST))))
                .isInstanceOf(MainstayException.class)
                .hasMessage(
                        "message to large has 262146 bytes of JSON, at most 262144 are taken; store it elsewhere and"
                                + " send its address");
    }

    @Test
    void no_reader_misses_what_many_publishers_on_two_nodes_store_at_once() {
        String channel = unique("crowd");
        List<String> group = seen();
        List<String> live = seen();
        try (TestNode other = node("other");
                Subscription _ = bus.consume(
                        ConsumerGroup.of(channel + "-group", Interest.in(channel)), m -> group.add(text(m)));
                Subscription _ = bus.subscribe(Interest.in(channel), m -> live.add(text(m)));
                ExecutorService publishers = Threads.virtualExecutor("publishers")) {
            for (String publisher : numbers(0, 20)) {
                MessageBus theirs = publisher.length() == 1 ? bus : other.bus();
                publishers.execute(() -> numbers(0, 25)
                        .forEach(number -> theirs.publish(
                                NewMessage.to(channel, publisher + "/" + number).from(publisher))));
            }
            eventually(group, 500);
            eventually(live, 500);
        }
        assertThat(group).hasSize(500).doesNotHaveDuplicates();
        assertThat(live).hasSize(500).doesNotHaveDuplicates();
        for (String publisher : numbers(0, 20)) {
            assertThat(live.stream().filter(line -> line.startsWith(publisher + "/")))
                    .isEqualTo(numbers(0, 25).stream()
                            .map(number -> publisher + "/" + number)
                            .toList());
        }
    }

    @Test
    void a_hundred_subscribers_each_see_every_message() {
        String channel = unique("fan-out");
        AtomicInteger seen = new AtomicInteger();
        List<Subscription> subscriptions = IntStream.range(0, 100)
                .mapToObj(i -> bus.subscribe(Interest.in(channel), message -> seen.incrementAndGet()))
                .toList();
        bus.publishAll(numbers(0, 50).stream()
                .map(number -> NewMessage.to(channel, number))
                .toList());
        Eventually.holds("5,000 deliveries", BOUND, () -> seen.get() >= 5_000);
        subscriptions.forEach(Subscription::close);
        assertThat(seen).hasValue(5_000);
    }

    @Test
    void a_slow_subscriber_loses_nothing_and_delays_nobody() {
        String channel = unique("slow");
        CountDownLatch late = new CountDownLatch(1);
        List<String> slow = seen();
        List<String> quick = seen();
        try (Subscription _ = bus.subscribe(Interest.in(channel), message -> {
                    late.await();
                    slow.add(text(message));
                });
                Subscription _ = bus.subscribe(Interest.in(channel), m -> quick.add(text(m)))) {
            for (int batch = 0; batch < 7; batch++) {
                bus.publishAll(numbers(batch * 1_000, batch * 1_000 + 1_000).stream()
                        .map(number -> NewMessage.to(channel, number))
                        .toList());
            }
            eventually(quick, 7_000);
            assertThat(slow).isEmpty();
            late.countDown();
            eventually(slow, 7_000);
        }
        assertThat(slow).isEqualTo(numbers(0, 7_000));
    }
}
