package dev.mainstay.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.mainstay.concurrent.Threads;
import dev.mainstay.task.NotRetryableException;
import dev.mainstay.task.Priority;
import dev.mainstay.testing.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What every transport must hold when it hands messages out and takes them back, asked of the
/// transport itself: leases, senders, suspects, and who steps aside. A part of [MessageBusConformance].
abstract class HandOutConformance extends SubscriberConformance {
    private static final Duration LONG = Duration.ofMinutes(5);

    private static ConsumerGroup groupOf(String channel) {
        return ConsumerGroup.of(channel + "-group", Interest.in(channel));
    }

    private void publish(String channel, String sender, String text) {
        bus.publish(NewMessage.to(channel, text).from(sender));
    }

    /// By a consumer of its own.
    Batch claim(MessageTransport transport, ConsumerGroup group) {
        return transport.claim(bus.organization(), group.name(), UUID.randomUUID(), 10);
    }

    private static List<String> texts(Batch batch) {
        return batch.messages().stream().map(SubscriberConformance::text).toList();
    }

    private void settle(MessageTransport transport, ConsumerGroup group, Settlement... settlements) {
        assertThat(transport.settle(bus.organization(), group, List.of(settlements)))
                .isEmpty();
    }

    @Test
    void a_sender_that_is_in_one_hand_or_waits_is_in_no_other() {
        String channel = unique("one-hand");
        ConsumerGroup group = groupOf(channel);
        bus.declare(group);
        try (TestNode hands = node("hands")) {
            MessageTransport transport = hands.transport();
            publish(channel, "a", "a1");
            Batch first = claim(transport, group);
            publish(channel, "a", "a2");
            publish(channel, "b", "b1");
            Batch second = claim(transport, group);
            assertThat(texts(second)).containsExactly("b1");
            settle(
                    transport,
                    group,
                    Settlement.retry(first.token(), first.messages().getFirst(), LONG, "not yet"),
                    Settlement.acked(second.token(), second.messages().getFirst()));
            publish(channel, "a", "a3");
            publish(channel, "b", "b2");
            assertThat(texts(claim(transport, group))).containsExactly("b2");
        }
    }

    @Test
    void a_group_that_is_set_back_reads_anew_what_was_in_hand_waited_or_was_given_up() {
        String channel = unique("set-back");
        ConsumerGroup group = groupOf(channel);
        bus.declare(group);
        try (TestNode hands = node("hands")) {
            MessageTransport transport = hands.transport();
            publish(channel, "a", "before");
            Batch before = claim(transport, group);
            publish(channel, "b", "dead");
            publish(channel, "c", "waits");
            publish(channel, "d", "held");
            Batch batch = claim(transport, group);
            for (int round = 0; round < 2; round++) {
                settle(
                        transport,
                        group,
                        Settlement.dead(batch.token(), batch.messages().get(0), "round " + round),
                        Settlement.retry(batch.token(), batch.messages().get(1), LONG, "not yet"));
                bus.seek(group.name(), Start.after(before.messages().getFirst().position()));
                Message held = batch.messages().get(2);
                assertThat(transport.settle(bus.organization(), group, List.of(Settlement.acked(batch.token(), held))))
                        .as("its lease has ended")
                        .containsExactly(batch.token());
                batch = claim(transport, group);
                assertThat(texts(batch)).containsExactly("dead", "waits", "held");
            }
            assertThat(bus.deadLetters(Optional.of(group.name()), 10))
                    .extracting(DeadLetter::reason)
                    .containsExactly("round 1");
            settle(
                    transport,
                    group,
                    Settlement.acked(before.token(), before.messages().getFirst()));
        }
    }

    @Test
    void a_sender_whose_dead_letter_was_redriven_is_in_one_hand_again() {
        String channel = unique("redriven");
        ConsumerGroup group = groupOf(channel);
        bus.declare(group);
        try (TestNode hands = node("hands")) {
            MessageTransport transport = hands.transport();
            publish(channel, "a", "a1");
            Batch dead = claim(transport, group);
            settle(
                    transport,
                    group,
                    Settlement.dead(dead.token(), dead.messages().getFirst(), "no"));
            assertThat(bus.redrive(group.name(), dead.messages().getFirst().position()))
                    .isTrue();
            publish(channel, "a", "a2");
            publish(channel, "b", "b1");
            assertThat(texts(claim(transport, group))).containsExactly("a1");
            assertThat(texts(claim(transport, group))).containsExactly("b1");
        }
    }

    @Test
    void a_redriven_dead_letter_comes_once_to_its_group_alone_as_if_it_had_never_been_tried() {
        String channel = unique("redriven-once");
        ConsumerGroup group = groupOf(channel);
        ConsumerGroup other = ConsumerGroup.of(channel + "-other", Interest.in(channel));
        bus.declare(group);
        bus.declare(other);
        publish(channel, "a", "a1");
        publish(channel, "b", "b1");
        try (TestNode hands = node("hands")) {
            MessageTransport transport = hands.transport();
            Batch theirs = claim(transport, other);
            settle(
                    transport,
                    other,
                    Settlement.dead(theirs.token(), theirs.messages().getFirst(), "no"),
                    Settlement.acked(theirs.token(), theirs.messages().getLast()));
            Batch ours = claim(transport, group);
            Message dead = ours.messages().getFirst();
            settle(
                    transport,
                    group,
                    Settlement.dead(ours.token(), dead, "no"),
                    Settlement.acked(ours.token(), ours.messages().getLast()));
            assertThat(bus.redrive(group.name(), ours.messages().getLast().position()))
                    .isFalse();
            assertThat(bus.redrive(group.name(), dead.position())).isTrue();

            Batch again = claim(transport, group);
            assertThat(again.messages())
                    .extracting(Message::id, Message::position, Message::attempt)
                    .containsExactly(tuple(dead.id(), dead.position(), 1));
            settle(
                    transport,
                    group,
                    Settlement.acked(again.token(), again.messages().getFirst()));
            assertThat(claim(transport, group).messages()).isEmpty();
            assertThat(claim(transport, other).messages()).isEmpty();
            assertThat(deadLetters(group)).isEmpty();
            assertThat(deadLetters(other)).hasSize(1);
        }
    }

    @Test
    void a_node_that_lost_its_session_is_handed_nothing() {
        String channel = unique("sessionless");
        ConsumerGroup group = groupOf(channel);
        bus.declare(group);
        publish(channel, "a", "a1");
        try (TestNode hands = node("hands")) {
            hands.transport().fenced();
            assertThat(claim(hands.transport(), group).messages()).isEmpty();
            hands.transport().joined(UUID.randomUUID());
            hands.transport().fenced();
            assertThat(claim(hands.transport(), group).messages()).isEmpty();
        }
    }

    @Test
    void what_is_to_be_tried_again_waits_as_long_as_was_said_and_knows_how_often_it_was_tried() {
        String channel = unique("patient");
        ConsumerGroup group = groupOf(channel);
        bus.declare(group);
        try (TestNode hands = node("hands")) {
            MessageTransport transport = hands.transport();
            publish(channel, "a", "soon");
            publish(channel, "b", "later");
            Batch both = claim(transport, group);
            assertThat(both.messages()).extracting(Message::attempt).containsExactly(1, 1);
            settle(
                    transport,
                    group,
                    Settlement.retry(both.token(), both.messages().getFirst(), Duration.ofMillis(1), "not yet"),
                    Settlement.retry(both.token(), both.messages().getLast(), LONG, "not yet"));
            Batch again = claimedAtLast(transport, group);
            assertThat(texts(again)).containsExactly("soon");
            assertThat(again.messages().getFirst().attempt()).isEqualTo(2);
            settle(
                    transport,
                    group,
                    Settlement.returned(again.token(), again.messages().getFirst()));
            Batch returned = claimedAtLast(transport, group);
            assertThat(returned.messages()).extracting(Message::attempt).containsExactly(2);
        }
    }

    private Batch claimedAtLast(MessageTransport transport, ConsumerGroup group) {
        Batch[] claimed = {Batch.NOTHING};
        Eventually.holds("something to hand out", BOUND, () -> {
            transport.rescue();
            claimed[0] = claim(transport, group);
            return !claimed[0].isEmpty();
        });
        return claimed[0];
    }

    @Test
    void what_waits_to_be_tried_again_is_forgotten_when_its_time_to_live_is_over() {
        String channel = unique("outlived");
        ConsumerGroup group = groupOf(channel);
        Duration life = Duration.ofSeconds(2);
        bus.declare(group);
        try (TestNode hands = node("hands")) {
            MessageTransport transport = hands.transport();
            Batch[] first = {Batch.NOTHING};
            Eventually.holds("one is handed out in time", BOUND, () -> {
                bus.publish(NewMessage.to(channel, "short").from("a").expiringAfter(life));
                first[0] = claim(transport, group);
                return !first[0].isEmpty();
            });
            settle(
                    transport,
                    group,
                    Settlement.retry(first[0].token(), first[0].messages().getFirst(), Duration.ofMillis(1), "no"));
            Threads.pause(life.plusMillis(50));
            assertThat(claim(transport, group).messages()).isEmpty();
        }
    }

    @Test
    void who_has_room_for_few_gets_the_most_urgent() {
        String channel = unique("few");
        ConsumerGroup group = groupOf(channel);
        bus.declare(group);
        for (Priority priority : List.of(Priority.LOW, Priority.NORMAL, Priority.CRITICAL, Priority.HIGH)) {
            bus.publish(NewMessage.to(channel, priority.word()).priority(priority));
        }
        try (TestNode hands = node("hands")) {
            for (String urgent : List.of("critical", "high", "normal", "low")) {
                Batch one = hands.transport().claim(bus.organization(), group.name(), UUID.randomUUID(), 1);
                assertThat(texts(one)).containsExactly(urgent);
            }
        }
    }

    @Test
    void a_lease_that_ran_out_is_lost_also_to_a_living_node() {
        String channel = unique("run-out");
        ConsumerGroup group = groupOf(channel).ackWithin(Duration.ofMillis(500));
        bus.declare(group);
        try (TestNode hands = node("hands")) {
            MessageTransport transport = hands.transport();
            publish(channel, "a", "a1");
            Batch first = claim(transport, group);
            assertThat(texts(first)).containsExactly("a1");
            Batch second = claimedAtLast(transport, group);
            assertThat(second.messages()).extracting(Message::attempt).containsExactly(2);
            Message message = first.messages().getFirst();
            for (Settlement late : List.of(
                    Settlement.acked(first.token(), message),
                    Settlement.retry(first.token(), message, Duration.ZERO, "late"),
                    Settlement.dead(first.token(), message, "late"))) {
                assertThat(transport.settle(bus.organization(), group, List.of(late)))
                        .containsExactly(first.token());
            }
            assertThat(bus.deadLetters(Optional.of(group.name()), 10)).isEmpty();
            assertThat(claim(transport, group).messages()).isEmpty();
            assertThat(transport.renew(bus.organization(), group, List.of(first.token(), second.token())))
                    .containsExactly(first.token());
        }
    }

    @Test
    void what_a_dead_node_had_in_hand_comes_one_by_one() {
        String channel = unique("suspects");
        ConsumerGroup group = groupOf(channel);
        bus.declare(group);
        for (String sender : List.of("a", "b", "c")) {
            publish(channel, sender, sender);
        }
        TestNode doomed = node("doomed");
        assertThat(claim(doomed.transport(), group).messages()).hasSize(3);
        doomed.kill();
        try (TestNode hands = node("hands")) {
            for (String sender : List.of("a", "b", "c")) {
                Batch alone = claim(hands.transport(), group);
                assertThat(texts(alone)).containsExactly(sender);
                assertThat(alone.messages().getFirst().attempt()).isEqualTo(2);
            }
        }
    }

    @Test
    void a_message_whose_consumers_die_is_a_dead_letter_after_the_last_attempt() {
        String channel = unique("killer");
        ConsumerGroup group = groupOf(channel);
        ConsumerGroup twice = group.retry(group.retry().withAttempts(2));
        bus.declare(twice);
        publish(channel, "a", "kills");
        int attempts = 0;
        for (int death = 0; death < 10 && deadLetters(twice).isEmpty(); death++) {
            TestNode doomed = node("doomed");
            int attempt = claim(doomed.transport(), twice).messages().getFirst().attempt();
            // A node that had no time for three seconds takes them for an outage, and counts no attempt.
            assertThat(attempt).isBetween(Math.max(1, attempts), attempts + 1);
            attempts = attempt;
            doomed.kill();
        }
        assertThat(deadLetters(twice))
                .extracting(DeadLetter::attempts, DeadLetter::reason)
                .containsExactly(tuple(2, "its consumer died or did not settle it in time, 2 attempts"));
    }

    private List<DeadLetter> deadLetters(ConsumerGroup group) {
        return bus.deadLetters(Optional.of(group.name()), 10);
    }

    @Test
    void ten_thousand_messages_step_aside_for_one_that_waits_and_then_the_group_waits() {
        String channel = unique("aside");
        ConsumerGroup group = groupOf(channel);
        bus.declare(group);
        try (TestNode hands = node("hands")) {
            MessageTransport transport = hands.transport();
            publish(channel, "a", "waits");
            Batch first = claim(transport, group);
            settle(
                    transport,
                    group,
                    Settlement.retry(first.token(), first.messages().getFirst(), LONG, "not yet"));
            publishMany(channel, 9_500);
            publish(channel, "b", "b1");
            assertThat(texts(claimedAtLast(transport, group))).containsExactly("b1");
            publishMany(channel, 1_000);
            publish(channel, "c", "c1");
            for (int i = 0; i < 15; i++) {
                assertThat(claim(transport, group).messages()).isEmpty();
            }
        }
    }

    private void publishMany(String channel, int many) {
        for (int from = 0; from < many; from += 500) {
            bus.publishAll(IntStream.range(from, from + 500)
                    .mapToObj(number -> NewMessage.to(channel, number).from("a"))
                    .toList());
        }
    }

    @Test
    void a_dead_letter_is_stored_before_the_next_message_of_its_sender_begins() {
        String channel = unique("buried-first");
        ConsumerGroup group = groupOf(channel);
        List<Integer> deadAtNext = seen();
        try (Subscription _ = bus.consume(group, message -> {
            if (text(message).equals("bad")) {
                throw new NotRetryableException("never");
            }
            deadAtNext.add(bus.deadLetters(Optional.of(group.name()), 10).size());
        })) {
            bus.publishAll(List.of(
                    NewMessage.to(channel, "bad").from("me"),
                    NewMessage.to(channel, "good").from("me")));
            eventually(deadAtNext, 1);
        }
        assertThat(deadAtNext).containsExactly(1);
    }
}
