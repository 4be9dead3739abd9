package dev.mainstay.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.TimerWheel;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.postgres.Partitions;
import dev.mainstay.postgres.Retention;
import dev.mainstay.postgres.Signals;
import dev.mainstay.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class PostgresTransportFlowTest extends MessageBusConformance {
    private final TestDatabase test = TestDatabase.create();
    private final Database database = test.database();

    @AfterAll
    void closeDatabase() {
        test.close();
    }

    @Test
    void a_message_of_a_transaction_comes_after_its_commit_and_one_rolled_back_never_was() throws SQLException {
        String channel = unique("transaction");
        List<String> got = seen();
        try (Subscription _ = bus.consume(ConsumerGroup.of(channel, Interest.in(channel)), m -> got.add(text(m)));
                Connection connection = test.superuser()) {
            connection.setAutoCommit(false);
            bus.publish(connection, NewMessage.to(channel, "rolled back"));
            connection.rollback();
            bus.publish(connection, NewMessage.to(channel, "first"));
            bus.publish(connection, NewMessage.to(channel, "second"));
            bus.publish(NewMessage.to(channel, "while it was open"));
            eventually(got, 1);
            assertThat(got).containsExactly("while it was open");
            connection.commit();
            eventually(got, 3);
        }
        assertThat(got).containsExactlyInAnyOrder("while it was open", "first", "second");
    }

    @Test
    void a_message_that_a_group_still_needs_outlives_its_day() throws SQLException {
        try (Connection superuser = test.superuser();
                Statement statement = superuser.createStatement()) {
            statement.execute("""
                    SELECT partition_create('messages', now() - interval '10 days');
                    INSERT INTO messages (organization_id, position, id, channel, body)
                    SELECT '00000000-0000-0000-0000-000000000001', message_position(now() - interval '10 days') + number,
                        gen_random_uuid(), 'old', to_jsonb(number)
                    FROM generate_series(1, 4) AS number;
                    INSERT INTO message_dead_letters (organization_id, group_name, position, attempts, reason)
                    SELECT organization_id, 'old', position, 1, 'no' FROM messages WHERE body = '2';
                    INSERT INTO message_waiting (organization_id, group_name, position, attempts)
                    SELECT organization_id, 'old', position, 1 FROM messages WHERE body = '3';
                    INSERT INTO message_claims (organization_id, lease_token, group_name, session_id, consumer, attempts,
                        expires_at, positions, senders)
                    SELECT organization_id, gen_random_uuid(), 'old', gen_random_uuid(), gen_random_uuid(), 0,
                        now() + interval '1 hour', ARRAY[position], '{}' FROM messages WHERE body = '4';
                    SELECT partition_drop('messages', now() - interval '9 days');
                    SELECT partition_drop('messages', now() - interval '9 days')
                    """);
        }
        assertThat(bus.read(Interest.in("old"), 0, 10))
                .extracting(message -> message.body().intValue())
                .containsExactly(2, 3, 4);
    }

    @Test
    void what_a_group_had_not_read_when_its_day_was_dropped_is_counted_once_and_told() throws SQLException {
        String late = unique("late");
        String read = unique("read");
        try (Connection superuser = test.superuser();
                Statement statement = superuser.createStatement()) {
            sevenOld(statement, late);
            statement.execute("""
                    INSERT INTO message_waiting (organization_id, group_name, position, attempts)
                    SELECT organization_id, 'another', max(position), 1 FROM messages
                    WHERE channel = '%s' GROUP BY organization_id
                    """.formatted(late));
        }
        for (String name : List.of(late, read)) {
            bus.declare(ConsumerGroup.of(name, Interest.in(late)).from(Start.OLDEST));
        }
        bus.seek(read, Start.NEWEST);
        for (int round = 0; round < 2; round++) {
            new Partitions(database).maintain(Retention.DEFAULT);
        }
        assertThat(bus.group(late).orElseThrow())
                .extracting(GroupView::missed, GroupView::behind)
                .containsExactly(7L, 0L);
        assertThat(bus.group(read).orElseThrow().missed()).isZero();
        assertThat(bus.read(Interest.in(late), 0, 10)).hasSize(1);
        assertThat(told(late)).containsExactly("warning 7");
    }

    /// And one on another channel, and one whose time is over.
    private static void sevenOld(Statement statement, String channel) throws SQLException {
        statement.execute("""
                SELECT partition_create('messages', now() - interval '20 days');
                INSERT INTO messages (organization_id, position, id, channel, priority, expires_at, body)
                SELECT '00000000-0000-0000-0000-000000000001', message_position(now() - interval '20 days') + number,
                    gen_random_uuid(), CASE number WHEN 1 THEN 'other' ELSE 'CHANNEL' END, number % 4,
                    CASE number WHEN 2 THEN now() - interval '19 days' WHEN 3 THEN now() + interval '1 day' END, '0'
                FROM generate_series(1, 8) AS number;
                INSERT INTO messages (organization_id, position, id, channel, body)
                VALUES ('00000000-0000-0000-0000-000000000001', message_position(now() - interval '30 days'),
                    gen_random_uuid(), 'CHANNEL', '0')
                """.replace("CHANNEL", channel));
    }

    private List<String> told(String group) {
        return database.read(
                handle -> handle.createQuery("SELECT severity || ' ' || (detail ->> 'messages') FROM system_events"
                                + " WHERE type = 'message.missed' AND detail ->> 'group' = :group")
                        .bind("group", group)
                        .mapTo(String.class)
                        .list());
    }

    @Test
    void what_groups_missed_is_counted_a_few_a_step_while_others_publish_and_claim() throws SQLException {
        String late = unique("late");
        ConsumerGroup busy = ConsumerGroup.of(unique("busy"), Interest.in(late));
        try (Node node = new Node("busy");
                Connection counting = test.superuser();
                Statement statement = counting.createStatement()) {
            new Partitions(database).maintain(Retention.DEFAULT);
            sevenOld(statement, late);
            bus.publish(NewMessage.to(late, "before"));
            bus.declare(busy);
            bus.declare(ConsumerGroup.of(late, Interest.in(late)).from(Start.OLDEST));
            counting.setAutoCommit(false);
            statement.execute("SELECT messages_pass(now() - interval '19 days', 3)");
            bus.publish(NewMessage.to(late, "meanwhile"));
            assertThat(claim(node.transport(), busy).messages())
                    .extracting(MessageBusConformance::text)
                    .containsExactly("meanwhile");
            counting.commit();
            assertThat(bus.group(late).orElseThrow().missed()).isBetween(1L, 3L);
            assertThat(told(late)).isEmpty();
            new Partitions(database).maintain(Retention.DEFAULT);
        }
        assertThat(bus.group(late).orElseThrow().missed()).isEqualTo(7);
        assertThat(told(late)).containsExactly("warning 7");
    }

    @Test
    void an_outage_of_the_database_is_no_attempt_of_what_was_in_hand() throws SQLException {
        ConsumerGroup once = once("away");
        try (Node node = new Node("away");
                Connection superuser = test.superuser();
                Statement statement = superuser.createStatement()) {
            bus.publishAll(List.of(NewMessage.to("away", 1), NewMessage.to("away", 2)));
            assertThat(claim(node.transport(), once).messages()).hasSize(2);
            statement.execute("UPDATE message_claims SET expires_at = pg_postmaster_start_time() - interval '1 second'"
                    + " WHERE group_name = '" + once.name() + "'");
            node.transport().rescue();
            Batch again = claim(node.transport(), once);
            assertThat(again.messages()).extracting(Message::attempt).containsExactly(1, 1);
            node.end("ended_at = clock_timestamp(), end_cause = 'database was away'");
            node.transport().rescue();
        }
        try (Node node = new Node("back")) {
            Batch again = claim(node.transport(), once);
            assertThat(again.messages()).extracting(Message::attempt).containsExactly(1, 1);
            node.end("ended_at = clock_timestamp(), end_cause = 'connection lost'");
            node.transport().rescue();
        }
        assertThat(bus.deadLetters(Optional.of(once.name()), 10)).hasSize(2);
    }

    private ConsumerGroup once(String channel) {
        ConsumerGroup group = ConsumerGroup.of(unique(channel), Interest.in(channel));
        ConsumerGroup once = group.retry(group.retry().withAttempts(1));
        bus.declare(once);
        return once;
    }

    @Test
    void a_session_that_is_over_claims_nothing_before_its_node_knows() {
        ConsumerGroup group = ConsumerGroup.of(unique("over"), Interest.in("over"));
        bus.declare(group);
        bus.publish(NewMessage.to("over", "x"));
        try (Node node = new Node("late")) {
            node.end("expires_at = clock_timestamp()");
            assertThat(claim(node.transport(), group).messages()).isEmpty();
        }
        try (Node node = new Node("later")) {
            node.end("ended_at = clock_timestamp(), end_cause = 'expired'");
            assertThat(claim(node.transport(), group).messages()).isEmpty();
        }
        try (Node node = new Node("in time")) {
            assertThat(claim(node.transport(), group).messages()).hasSize(1);
        }
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

        private void end(String how) {
            database.write(
                    handle -> handle.createUpdate("UPDATE node_sessions SET " + how + " WHERE session_id = :session")
                            .bind("session", session)
                            .execute());
        }

        @Override
        public void kill() {
            host.fenced();
            end("ended_at = clock_timestamp(), end_cause = 'expired'");
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
