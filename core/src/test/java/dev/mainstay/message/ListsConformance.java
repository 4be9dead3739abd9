package dev.mainstay.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.mainstay.task.Priority;
import dev.mainstay.task.RetryPolicy;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What every transport must tell lists and screens. A part of [MessageBusConformance].
abstract class ListsConformance extends HandOutConformance {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final MessageSearch ANY = new MessageSearch(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            TopicPattern.ALL,
            MessageFilter.NONE,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            10);

    private static MessageSearch search(
            String channel, Optional<String> sender, Optional<String> correlation, Optional<Priority> priority) {
        return new MessageSearch(
                Optional.of(channel),
                sender,
                correlation,
                priority,
                ANY.keys(),
                ANY.filter(),
                ANY.from(),
                ANY.to(),
                ANY.before(),
                ANY.limit());
    }

    private static MessageSearch search(String channel, String keys, String filter, Optional<Long> before, int limit) {
        return new MessageSearch(
                Optional.of(channel),
                ANY.sender(),
                ANY.correlation(),
                ANY.priority(),
                TopicPattern.of(keys),
                filter.isEmpty() ? MessageFilter.NONE : MessageFilter.of(filter),
                ANY.from(),
                ANY.to(),
                before,
                limit);
    }

    private static MessageSearch between(String channel, Message first, Message end) {
        return new MessageSearch(
                Optional.of(channel),
                ANY.sender(),
                ANY.correlation(),
                ANY.priority(),
                ANY.keys(),
                ANY.filter(),
                Optional.of(first.storedAt()),
                Optional.of(end.storedAt()),
                ANY.before(),
                ANY.limit());
    }

    private List<Integer> found(MessageSearch search) {
        return bus.search(search).messages().stream()
                .map(message -> message.body().path("n").asInt(0))
                .toList();
    }

    private List<Published> publishedThree(String channel) {
        return Stream.of(
                        NewMessage.to(channel, Map.of("n", 1))
                                .from("shop")
                                .key("eu.created")
                                .correlation("c-1"),
                        NewMessage.to(channel, Map.of("n", 2))
                                .from("till")
                                .key("us.created")
                                .priority(Priority.HIGH),
                        NewMessage.to(channel, Map.of("n", 3)).from("shop").key("eu.paid"))
                .map(bus::publish)
                .toList();
    }

    @Test
    void messages_are_looked_up_the_newest_first_by_what_they_were_sent_with() {
        String channel = unique("searched");
        List<Published> three = publishedThree(channel);
        bus.publish(NewMessage.to(channel + "-other", Map.of("n", 4)).from("shop"));

        Optional<String> none = Optional.empty();
        Optional<Priority> any = Optional.empty();
        assertThat(found(search(channel, none, none, any))).containsExactly(3, 2, 1);
        assertThat(found(search(channel, Optional.of("shop"), none, any))).containsExactly(3, 1);
        assertThat(found(search(channel, none, Optional.of("c-1"), any))).containsExactly(1);
        assertThat(found(search(channel, none, none, Optional.of(Priority.HIGH))))
                .containsExactly(2);
        assertThat(found(search(channel, "eu.#", "", Optional.empty(), 10))).containsExactly(3, 1);
        assertThat(found(search(channel, "#", "body.n >= 2", Optional.empty(), 10)))
                .containsExactly(3, 2);
        MessagePage two = bus.search(search(channel, "#", "", Optional.empty(), 2));
        assertThat(two.messages())
                .extracting(Message::position)
                .containsExactly(positionOf(three, 2), positionOf(three, 1));
        assertThat(two.before()).contains(positionOf(three, 1));
        assertThat(bus.search(search(channel, "#", "", Optional.empty(), 3)).before())
                .isEmpty();
        long last = three.getLast().position();
        assertThat(found(search(channel, "#", "", Optional.of(last), 1))).containsExactly(2);
        assertThat(bus.find(last)).map(Message::channel).contains(channel);
        assertThat(bus.find(last + 1_000_000_000)).isEmpty();
    }

    private static Long positionOf(List<Published> published, int index) {
        return published.get(index).position();
    }

    @Test
    void messages_are_looked_up_by_the_time_they_were_stored() {
        String channel = unique("timed");
        List<Message> three = publishedThree(channel).stream()
                .map(each -> bus.find(each.position()).orElseThrow())
                .toList();
        assertThat(found(between(channel, three.get(1), three.get(2)))).containsExactly(2);
    }

    @Test
    void channels_are_listed_by_name_with_their_last_message() {
        String channel = unique("a-channel");
        long last = publishedThree(channel).getLast().position();
        bus.publish(NewMessage.toAgent(channel, "hello"));
        List<ChannelView> all = bus.channels("", 10_000);
        assertThat(all).extracting(ChannelView::name).isSorted().noneMatch(name -> name.startsWith("@reply."));
        assertThat(all)
                .extracting(ChannelView::name, ChannelView::lastPosition, ChannelView::lastHour)
                .contains(tuple(channel, last, 3L));
        assertThat(bus.channels(channel, 1)).extracting(ChannelView::name).doesNotContain(channel);
    }

    @Test
    void a_group_tells_what_it_wants_and_how_it_stands() {
        String channel = unique("stands");
        RetryPolicy retry = new RetryPolicy(4, Duration.ofSeconds(2), Duration.ofSeconds(60), 0.1);
        ConsumerGroup group = ConsumerGroup.of(channel, Interest.in(channel).matching("eu.#"))
                .retry(retry)
                .ackWithin(Duration.ofSeconds(40));
        bus.declare(group);
        List<Published> all = Stream.of(1, 2, 3, 4, 5)
                .map(n -> bus.publish(NewMessage.to(channel, n).key("eu.x")))
                .toList();
        try (TestNode hands = node("hands")) {
            MessageTransport transport = hands.transport();
            end(
                    transport,
                    group,
                    one -> Settlement.dead(one.token(), one.messages().getFirst(), "no"));
            end(
                    transport,
                    group,
                    one -> Settlement.retry(one.token(), one.messages().getFirst(), LONG, "no"));
            transport.claim(bus.organization(), channel, UUID.randomUUID(), 1);

            GroupView view = bus.group(channel).orElseThrow();
            assertThat(bus.groups("", 10_000)).contains(view);
            assertThat(view)
                    .extracting(
                            GroupView::channels,
                            GroupView::keys,
                            GroupView::filter,
                            GroupView::ordered,
                            GroupView::maxAttempts,
                            GroupView::firstRetry,
                            GroupView::longestRetry,
                            GroupView::ackWithin)
                    .containsExactly(
                            List.of(channel), "eu.#", null, true, 4, retry.first(), retry.longest(), group.ackWithin());
            assertThat(view)
                    .extracting(
                            GroupView::behind,
                            GroupView::inHand,
                            GroupView::consumers,
                            GroupView::waiting,
                            GroupView::dead,
                            GroupView::oldest)
                    .containsExactly(2L, 1L, 1L, 1L, 1L, storedAt(all.get(3)));
        }
        assertThat(bus.group(channel + "-none")).isEmpty();
        assertThatThrownBy(() -> bus.seek(channel + "-none", Start.OLDEST))
                .hasMessageContaining("no consumer group \"" + channel + "-none\"");
    }

    private Instant storedAt(Published published) {
        return bus.find(published.position()).orElseThrow().storedAt();
    }

    private void end(MessageTransport transport, ConsumerGroup group, Function<Batch, Settlement> how) {
        Batch one = transport.claim(bus.organization(), group.name(), UUID.randomUUID(), 1);
        assertThat(transport.settle(bus.organization(), group, List.of(how.apply(one))))
                .isEmpty();
    }

    @Test
    void dead_letters_are_leafed_through_by_position() {
        String channel = unique("leafed");
        ConsumerGroup group = ConsumerGroup.of(channel, Interest.in(channel));
        bus.declare(group);
        BigDecimal exact = new BigDecimal("0.10000000000000000000000001");
        List<Long> positions = Stream.of(1, 2, 3)
                .map(n -> bus.publish(NewMessage.to(channel, exact)).position())
                .toList();
        try (TestNode hands = node("hands")) {
            for (int i = 0; i < positions.size(); i++) {
                end(
                        hands.transport(),
                        group,
                        one -> Settlement.dead(one.token(), one.messages().getFirst(), "no"));
            }
        }
        List<DeadLetter> newest = bus.deadLetters(Optional.of(channel), Optional.empty(), 2);
        assertThat(newest)
                .extracting(letter -> letter.message().position())
                .containsExactly(positions.get(2), positions.get(1));
        assertThat(newest.getFirst().message().body().decimalValue()).isEqualTo(exact);
        assertThat(bus.deadLetters(
                        Optional.of(channel), Optional.of(newest.getLast().place()), 2))
                .extracting(letter -> letter.message().position())
                .containsExactly(positions.getFirst());
        assertThat(bus.deadLetters(Optional.empty(), Optional.empty(), 10_000))
                .extracting(DeadLetter::group)
                .contains(channel);
    }

    @Test
    void a_message_that_several_groups_gave_up_is_in_the_list_once_for_each_wherever_a_page_ends() {
        String channel = unique("shared");
        List<String> names = List.of(channel + "-a", channel + "-a.b", channel + "-ab");
        names.forEach(name -> bus.declare(ConsumerGroup.of(name, Interest.in(channel))));
        bus.publish(NewMessage.to(channel, "bad"));
        try (TestNode hands = node("hands")) {
            names.forEach(name -> end(
                    hands.transport(),
                    ConsumerGroup.of(name, Interest.in(channel)),
                    one -> Settlement.dead(one.token(), one.messages().getFirst(), "no")));
        }
        List<String> found = new ArrayList<>();
        List<DeadLetter> page = bus.deadLetters(Optional.empty(), Optional.empty(), 1);
        while (!page.isEmpty() && found.size() <= names.size()) {
            page.stream()
                    .filter(letter -> letter.message().channel().equals(channel))
                    .map(DeadLetter::group)
                    .forEach(found::add);
            page = bus.deadLetters(Optional.empty(), Optional.of(page.getLast().place()), 1);
        }
        assertThat(found).containsExactlyElementsOf(names);
    }

    @Test
    void messages_that_were_stored_together_are_told_once_each_wherever_a_page_ends() {
        String channel = unique("together");
        ConsumerGroup group = ConsumerGroup.of(channel, Interest.in(channel));
        bus.declare(group);
        List<Long> positions =
                bus
                        .publishAll(Stream.of(1, 2, 3, 4, 5)
                                .map(n -> NewMessage.to(channel, Map.of("n", n)))
                                .toList())
                        .stream()
                        .map(Published::position)
                        .toList();

        List<Long> looked = new ArrayList<>();
        Optional<Long> before = Optional.empty();
        do {
            MessagePage page = bus.search(search(channel, "#", "", before, 2));
            page.messages().forEach(message -> looked.add(message.position()));
            before = page.before();
        } while (before.isPresent() && looked.size() < 10);
        assertThat(looked).containsExactlyElementsOf(positions.reversed());

        List<Long> read = new ArrayList<>();
        List<Message> next = bus.read(Interest.in(channel), 0, 2);
        while (!next.isEmpty() && read.size() < 10) {
            next.forEach(message -> read.add(message.position()));
            next = bus.read(Interest.in(channel), next.getLast().position(), 2);
        }
        assertThat(read).containsExactlyElementsOf(positions);

        List<Long> claimed = new ArrayList<>();
        try (TestNode hands = node("hands")) {
            for (Batch two = claimTwo(hands, group);
                    !two.isEmpty() && claimed.size() < 10;
                    two = claimTwo(hands, group)) {
                two.messages().forEach(message -> claimed.add(message.position()));
            }
        }
        assertThat(claimed).containsExactlyElementsOf(positions);
    }

    private Batch claimTwo(TestNode hands, ConsumerGroup group) {
        return hands.transport().claim(bus.organization(), group.name(), UUID.randomUUID(), 2);
    }
}
