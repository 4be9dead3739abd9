package dev.mainstay.server.http;

import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.TimerWheel;
import dev.mainstay.message.MessageHost;
import dev.mainstay.message.PostgresTransport;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Signals;
import dev.mainstay.server.stream.MessageStreams;

/// Messaging without a node: publishes and follows, and consumes nothing. Thread-safe.
public final class TestMessages implements AutoCloseable {
    private final TimerWheel wheel = TimerWheel.start(MonotonicClock.system());
    private final MessageHost host;
    private final MessageStreams streams;

    public TestMessages(Database database, Signals signals) {
        host = new MessageHost(new PostgresTransport(database, signals), wheel, MonotonicClock.system(), database::now);
        streams = new MessageStreams(host::bus);
    }

    public MessageStreams streams() {
        return streams;
    }

    @Override
    public void close() {
        streams.close();
        host.close();
        wheel.close();
    }
}
