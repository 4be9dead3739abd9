package dev.mainstay.message;

import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.TimerWheel;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.postgres.Signals;
import dev.mainstay.testing.TestDatabase;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;

class PostgresTransportFlowTest extends MessageBusConformance {
    private final TestDatabase test = TestDatabase.create();
    private final Database database = test.database();

    @AfterAll
    void closeDatabase() {
        test.close();
    }

    @Override
    TestNode node(String name) {
        return new Node(name);
    }

    /// Lives by a row among the sessions of nodes, as a real one does.
    private final class Node implements TestNode {
        private final UUID session = UUID.randomUUID();
        private final TimerWheel wheel = TimerWheel.start(MonotonicClock.system());
        private final Signals signals = Signals.start(database);
        private final PostgresTransport transport = new PostgresTransport(database, signals);
        private final MessageHost host =
                new MessageHost(transport, wheel, MonotonicClock.system(), () -> Instant.EPOCH);

        private Node(String name) {
            database.write(handle -> handle.createUpdate("""
                            INSERT INTO node_sessions (session_id, node_id, expires_at)
                            VALUES (:session, :name, clock_timestamp() + interval '1 hour')
                            """)
                    .bind("session", session)
                    .bind("name", name + session)
                    .execute());
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

        @Override
        public void kill() {
            host.fenced();
            database.write(
                    handle -> handle.createUpdate("""
                            UPDATE node_sessions SET ended_at = clock_timestamp(), end_cause = 'expired'
                            WHERE session_id = :session
                            """).bind("session", session).execute());
            transport.rescue();
            closeParts();
        }

        @Override
        public void close() {
            host.stop(BOUND);
            closeParts();
        }

        private void closeParts() {
            host.close();
            signals.close();
            wheel.close();
        }
    }
}
