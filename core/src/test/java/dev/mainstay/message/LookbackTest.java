package dev.mainstay.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Jsonb;
import dev.mainstay.task.Priority;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LookbackTest {
    private static final int STORED = 45_000;

    /// Of so many messages, those at every 20,500th position are of a channel of their own.
    private static final Lookback.Log LOG = (before, limit) -> {
        long first = Math.min(before - 1, STORED);
        return LongStream.rangeClosed(Math.max(1, first - limit + 1), first)
                .mapToObj(position -> first + Math.max(1, first - limit + 1) - position)
                .map(LookbackTest::message)
                .toList();
    };

    private static Message message(long position) {
        return new Message(
                UUID.randomUUID(),
                position,
                Instant.EPOCH,
                position % 20_500 == 0 ? "rare" : "frequent",
                Priority.NORMAL,
                null,
                "",
                null,
                null,
                null,
                Map.of(),
                Jsonb.node("1"),
                1);
    }

    private static MessageSearch search(String channel, Optional<Long> before) {
        return new MessageSearch(
                Optional.of(channel),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                TopicPattern.ALL,
                MessageFilter.NONE,
                Optional.empty(),
                Optional.empty(),
                before,
                10);
    }

    @Test
    void a_page_that_ends_because_too_many_were_looked_through_says_where_to_go_on() {
        List<Long> found = new ArrayList<>();
        List<Long> ends = new ArrayList<>();
        MessagePage page = Lookback.search(LOG, search("rare", Optional.empty()));
        while (page.before().isPresent()) {
            ends.add(page.before().orElseThrow());
            page.messages().forEach(message -> found.add(message.position()));
            page = Lookback.search(LOG, search("rare", page.before()));
        }
        page.messages().forEach(message -> found.add(message.position()));
        assertThat(ends).containsExactly(25_001L, 5_001L);
        assertThat(found).containsExactly(41_000L, 20_500L);
    }

    @Test
    void a_full_page_goes_on_behind_its_last_message() {
        MessagePage page = Lookback.search(LOG, search("frequent", Optional.of(12L)));
        assertThat(page.messages()).hasSize(10).extracting(Message::position).endsWith(2L);
        assertThat(page.before()).contains(2L);
        assertThat(Lookback.search(LOG, search("frequent", page.before())).before())
                .isEmpty();
    }
}
