package dev.mainstay.message.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.message.ConsumerGroup;
import dev.mainstay.message.GroupView;
import dev.mainstay.message.Interest;
import dev.mainstay.message.MessageTransport;
import dev.mainstay.message.Outgoing;
import dev.mainstay.message.RedisProcess;
import dev.mainstay.message.Settlement;
import dev.mainstay.message.Start;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.task.Priority;
import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What one step of forgetting does, and that it does no more.
class RedisTrimFlowTest {
    private static final String ROOT = RedisKeys.root(Organizations.DEFAULT);
    private static final Interest ALL = Interest.in("orders", "bills");
    private final RedisProcess redis = RedisProcess.start();
    private final MessageTransport transport = RedisTransport.open(redis.url(), Duration.ofDays(1));
    private final RedisLink link = RedisLink.to(RedisURI.create(redis.url()));

    @BeforeEach
    void declare() {
        transport.joined(UUID.randomUUID());
        for (String name : List.of("late", "early")) {
            transport.declare(Organizations.DEFAULT, ConsumerGroup.of(name, ALL).from(Start.OLDEST));
        }
    }

    @AfterEach
    void close() {
        link.close();
        transport.close();
        redis.close();
    }

    private long publish(int many) {
        return transport
                .append(
                        Organizations.DEFAULT,
                        IntStream.range(0, many)
                                .mapToObj(RedisTrimFlowTest::message)
                                .toList())
                .getLast();
    }

    private static Outgoing message(int number) {
        Priority priority = number % 3 == 0 ? Priority.HIGH : Priority.NORMAL;
        String channel = number % 2 == 0 ? "orders" : "bills";
        return new Outgoing(
                UUID.randomUUID(), channel, priority, "me", "", null, null, null, null, Integer.toString(number));
    }

    private String step(RedisScript script, long cut, int most) {
        return link.run(script, List.of(ROOT), List.of(Long.toString(cut), Integer.toString(most)))
                .getFirst()
                .toString();
    }

    private long missed(String group) {
        return transport.lists().groups(Organizations.DEFAULT, "", 10).stream()
                .filter(view -> view.name().equals(group))
                .mapToLong(GroupView::missed)
                .sum();
    }

    private int left() {
        return transport.read(Organizations.DEFAULT, ALL, 0, 100).size();
    }

    @Test
    void groups_are_taken_past_what_is_old_a_few_messages_a_step_and_not_past_what_is_new() {
        long cut = publish(10);
        publish(4);
        int steps = 0;
        for (long before = 0; step(RedisScript.PASS, cut, 3).equals("1"); before = missed("early") + missed("late")) {
            steps++;
            assertThat(missed("early") + missed("late") - before).isBetween(0L, 3L);
        }
        assertThat(steps).isGreaterThanOrEqualTo(6);
        assertThat(missed("late")).isEqualTo(10);
        assertThat(missed("early")).isEqualTo(10);
        assertThat(transport
                        .claim(Organizations.DEFAULT, "late", UUID.randomUUID(), 100)
                        .messages())
                .hasSize(4);
    }

    @Test
    void old_messages_go_a_few_a_step_and_those_a_group_needs_stay_until_it_does_not() {
        long cut = publish(10);
        publish(4);
        ConsumerGroup early = transport.group(Organizations.DEFAULT, "early").orElseThrow();
        var held = transport.claim(Organizations.DEFAULT, "early", UUID.randomUUID(), 2);
        assertThat(step(RedisScript.TRIM, cut, 3)).isEqualTo("3");
        assertThat(left()).isEqualTo(11);
        for (int i = 0; i < 3; i++) {
            step(RedisScript.TRIM, cut, 3);
        }
        assertThat(step(RedisScript.TRIM, cut, 3)).isEqualTo("0");
        assertThat(left()).isEqualTo(4);
        step(RedisScript.TIDY, 0, 100);
        assertThat(transport.held(Organizations.DEFAULT, "early", held.token()).messages())
                .isEqualTo(held.messages());
        transport.settle(
                Organizations.DEFAULT,
                early,
                held.messages().stream()
                        .map(message -> Settlement.acked(held.token(), message))
                        .toList());
        assertThat(kept()).isEqualTo(2);
        step(RedisScript.TIDY, 0, 100);
        assertThat(kept()).isZero();
    }

    private long kept() {
        return link.<Long>call(commands -> commands.hlen(ROOT + "kept"));
    }

    @Test
    void a_channel_without_messages_is_none() {
        long cut = publish(10);
        transport.append(Organizations.DEFAULT, List.of(message(0)));
        step(RedisScript.TRIM, cut, 100);
        assertThat(link.<Set<String>>call(commands -> commands.smembers(ROOT + "channels")))
                .containsExactly("orders");
        assertThat(link.<List<String>>call(commands -> commands.keys(ROOT + "of:*")))
                .containsExactly(ROOT + "of:orders:1");
    }
}
