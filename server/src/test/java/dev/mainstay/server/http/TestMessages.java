package dev.mainstay.server.http;

import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.TimerWheel;
import dev.mainstay.message.MessageHost;
import dev.mainstay.message.PostgresTransport;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Signals;
import dev.mainstay.server.stream.MessageStreams;
import java.util.UUID;

/// Messaging without a node: publishes and follows, and hands out once it has joined. Thread-safe.
public final class TestMessages implements AutoCloseable {
    private final TimerWheel wheel = TimerWheel.start(MonotonicClock.system());
    private final Database database;
    private final MessageHost host;
    private final MessageStreams streams;

    public TestMessages(Database database, Signals signals) {
        this.database = database;
        host = new MessageHost(new PostgresTransport(database, signals), wheel, MonotonicClock.system(), database::now);
        streams = new MessageStreams(host::bus);
    }

    public MessageStreams streams() {
        return streams;
    }

    /// From now on groups are handed messages, by the session of a node of this name.
    public TestMessages join(String node) {
        UUID session = UUID.randomUUID();
        database.write(handle -> handle.createUpdate("""
                        INSERT INTO node_sessions (session_id, node_id, expires_at)
                        VALUES (:session, :node, clock_timestamp() + interval '1 hour')
                        """)
                .bind("session", session)
                .bind("node", node)
                .execute());
        host.joined(session);
        return this;
    }

    /// What one node does for all now and then: leases that are over are lost.
    public void rescue() {
        host.round();
    }

    @Override
    public void close() {
        streams.close();
        host.close();
        wheel.close();
    }
}
