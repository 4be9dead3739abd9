package dev.mainstay.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.TimerWheel;
import dev.mainstay.message.redis.RedisTransport;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.testing.Eventually;
import io.lettuce.core.KeyScanArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScanIterator;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class RedisTransportFlowTest extends MessageBusConformance {
    private final RedisProcess redis = RedisProcess.start();
    private final RedisClient client = RedisClient.create(redis.url());
    private final RedisCommands<String, String> commands = client.connect().sync();

    private final List<Node> killed = new ArrayList<>();

    @AfterAll
    void closeRedis() {
        killed.forEach(Node::closeParts);
        client.shutdown();
        redis.close();
    }

    @Test
    void a_session_that_is_over_claims_nothing_before_its_node_knows() {
        ConsumerGroup group = ConsumerGroup.of(unique("over"), Interest.in("over"));
        bus.declare(group);
        bus.publish(NewMessage.to("over", "x"));
        try (Node node = new Node()) {
            String key = "mainstay:session:" + node.session;
            // The node shows every second that it lives; what is claimed then says nothing.
            Eventually.holds("a claim while the session is over", BOUND, () -> {
                commands.set(key, "ended");
                Batch batch = claim(node.transport(), group);
                boolean isOver = "ended".equals(commands.get(key));
                assertThat(isOver && !batch.isEmpty()).isFalse();
                return isOver;
            });
        }
    }

    @Override
    TestNode node(String name) {
        return new Node();
    }

    /// Lives by a key in Redis, as a real one does.
    private final class Node implements TestNode {
        private final UUID session = UUID.randomUUID();
        private final TimerWheel wheel = TimerWheel.start(MonotonicClock.system());
        private final RedisTransport transport = RedisTransport.open(redis.url(), Duration.ofDays(1));
        private final MessageHost host =
                new MessageHost(transport, wheel, MonotonicClock.system(), () -> Instant.EPOCH);

        private Node() {
            host.joined(session);
        }

        @Override
        public MessageBus bus() {
            return host.bus(Organizations.DEFAULT);
        }

        @Override
        public MessageTransport transport() {
            return transport;
        }

        /// As if its key had expired; no good-bye counts. It may wake up later and try to settle what it had.
        @Override
        public void kill() {
            host.fenced();
            String key = "mainstay:session:" + session;
            Eventually.holds("the session has ended", BOUND, () -> "ended".equals(commands.get(key)));
            commands.del(key);
            Eventually.holds("its claims are free", BOUND, () -> {
                transport.rescue();
                return !holdsAnything();
            });
            killed.add(this);
        }

        private boolean holdsAnything() {
            return ScanIterator.scan(commands, KeyScanArgs.Builder.matches("mainstay:*:claim:*")).stream()
                    .anyMatch(claim -> session.toString().equals(commands.hget(claim, "session")));
        }

        @Override
        public void close() {
            host.stop(BOUND);
            closeParts();
        }

        private void closeParts() {
            host.close();
            wheel.close();
        }
    }
}
