package dev.mainstay.message;

import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.TimerWheel;
import dev.mainstay.message.nats.NatsTransport;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.testing.Eventually;
import io.nats.client.KeyValue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;

class NatsTransportFlowTest extends MessageBusConformance {
    private final NatsProcess nats = NatsProcess.start();
    private final List<Node> killed = new ArrayList<>();

    @AfterAll
    void closeNats() {
        killed.forEach(Node::closeParts);
        nats.close();
    }

    @Override
    TestNode node(String name) {
        return new Node();
    }

    /// Lives by a key in NATS, as a real one does.
    private final class Node implements TestNode {
        private final UUID session = UUID.randomUUID();
        private final TimerWheel wheel = TimerWheel.start(MonotonicClock.system());
        private final NatsTransport transport = NatsTransport.open(nats.url(), Duration.ofDays(1));
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
            NatsProcess.with(nats.url(), connection -> {
                KeyValue nodes = connection.keyValue("MAINSTAY_NODES");
                String key = "session." + session;
                Eventually.holds("the session has ended", BOUND, () -> "ended".equals(text(nodes, key)));
                nodes.purge(key);
                // As if somebody had looked all the time, so that nobody is given time to come back.
                nodes.purge("looked");
            });
            transport.rescue();
            killed.add(this);
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

    private static String text(KeyValue bucket, String key) {
        try {
            return String.valueOf(bucket.get(key).getValueAsString());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
