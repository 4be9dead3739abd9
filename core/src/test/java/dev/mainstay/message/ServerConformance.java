package dev.mainstay.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.TimerWheel;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.task.NotRetryableException;
import dev.mainstay.task.Priority;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What every transport elsewhere must make of a server that is away, full of old messages, or beside a transaction.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ServerConformance {
    static final Duration BOUND = MessageBusConformance.BOUND;
    static final Duration RETENTION = Duration.ofDays(1);
    private static final Duration AWAY = Duration.ofSeconds(5);

    private final TimerWheel wheel = TimerWheel.start(MonotonicClock.system());
    String channel = "";

    abstract MessageTransport open(Duration retention);

    abstract void kill();

    abstract void restart();

    /// The next round forgets what is old.
    abstract void trimNow();

    @AfterAll
    void closeWheel() {
        wheel.close();
    }

    @BeforeEach
    void nameChannel() {
        channel = MessageBusConformance.unique("server");
    }

    MessageHost host(Duration retention) {
        return joined(new MessageHost(open(retention), wheel, MonotonicClock.system(), () -> Instant.EPOCH));
    }

    private static MessageHost joined(MessageHost host) {
        host.joined(UUID.randomUUID());
        return host;
    }

    static MessageBus bus(MessageHost host) {
        return host.bus(Organizations.DEFAULT);
    }

    /// What opening says where the jars of this name are not on the class path.
    static void needs(String jar, Class<?> ofKind, String url, String artifact) throws Exception {
        URL[] without = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.contains(jar))
                .map(ServerConformance::urlOf)
                .toArray(URL[]::new);
        try (URLClassLoader loader = new URLClassLoader(without, ClassLoader.getPlatformClassLoader())) {
            Class<?> kind = loader.loadClass(ofKind.getName());
            Object opening = kind.getConstructor().newInstance();
            assertThatThrownBy(() ->
                            kind.getMethod("open", String.class, Duration.class).invoke(opening, url, RETENTION))
                    .isInstanceOf(InvocationTargetException.class)
                    .cause()
                    .hasMessageContaining("needs the library " + artifact);
        }
    }

    private static URL urlOf(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Test
    void publishing_fails_while_the_server_is_away_and_consumers_come_back_by_themselves() {
        MessageHost host = host(RETENTION);
        List<String> got = MessageBusConformance.seen();
        try (Subscription _ = bus(host)
                .consume(
                        ConsumerGroup.of(channel + "-group", Interest.in(channel)),
                        m -> got.add(MessageBusConformance.text(m)))) {
            bus(host).publish(NewMessage.to(channel, "before"));
            MessageBusConformance.eventually(got, 1);
            kill();
            MainstayException failure = catchThrowableOfType(
                    MainstayException.class, () -> bus(host).publish(NewMessage.to(channel, "meanwhile")));
            assertThat(failure.code()).isIn(ErrorCode.MESSAGES_UNREACHABLE, ErrorCode.MESSAGES_UNKNOWN);
            restart();
            Eventually.holds("it can be published again", BOUND, () -> isPublished(host, "after"));
            Eventually.holds("the consumer is back", BOUND, () -> got.contains("after"));
            boolean isPromisedNotStored = failure.code() == ErrorCode.MESSAGES_UNREACHABLE;
            assertThat(isPromisedNotStored && got.contains("meanwhile")).isFalse();
        } finally {
            host.close();
        }
        assertThat(got).startsWith("before");
        assertThat(Collections.frequency(got, "before")).isOne();
    }

    @Test
    void a_lease_that_ran_out_while_the_server_was_away_is_no_attempt_and_one_that_did_later_is() {
        MessageHost host = host(RETENTION);
        ConsumerGroup group =
                ConsumerGroup.of(channel + "-group", Interest.in(channel)).ackWithin(Duration.ofSeconds(1));
        try {
            bus(host).declare(group.retry(group.retry().withAttempts(1)));
            bus(host).publish(NewMessage.to(channel, "x"));
            assertThat(claimed(host, group.name())).containsExactly(1);
            host.round();
            MonotonicClock clock = MonotonicClock.system();
            long killed = clock.nanos();
            kill();
            Eventually.holds("it was away for a while", BOUND, () -> clock.nanos() - killed > AWAY.toNanos());
            restart();
            Eventually.holds(
                    "it is handed out again",
                    BOUND,
                    () -> claimed(host, group.name()).equals(List.of(1)));
            assertThat(dead(host, group.name())).isZero();
            Eventually.holds("this time it was an attempt", BOUND, () -> {
                host.round();
                return dead(host, group.name()) == 1;
            });
        } finally {
            host.close();
        }
    }

    /// The attempts of what is handed out, after a round if that can be.
    private static List<Integer> claimed(MessageHost host, String group) {
        try {
            host.round();
            return host.transport().claim(Organizations.DEFAULT, group, UUID.randomUUID(), 10).messages().stream()
                    .map(Message::attempt)
                    .toList();
        } catch (MainstayException e) {
            return List.of();
        }
    }

    private boolean isPublished(MessageHost host, String text) {
        try {
            bus(host).publish(NewMessage.to(channel, text));
            return true;
        } catch (MainstayException e) {
            return false;
        }
    }

    @Test
    void what_is_old_is_forgotten_but_not_what_a_group_still_needs() {
        MessageHost host = host(Duration.ofMillis(1));
        String group = channel + "-group";
        try (Subscription _ = bus(host).consume(ConsumerGroup.of(group, Interest.in(channel)), message -> {
            if (MessageBusConformance.text(message).equals("bad")) {
                throw new NotRetryableException("never");
            }
        })) {
            long good = bus(host).publish(NewMessage.to(channel, "good")).position();
            long bad = bus(host).publish(NewMessage.to(channel, "bad")).position();
            Eventually.holds("a dead letter", BOUND, () -> dead(host, group) == 1);
            Eventually.holds("the log is empty", BOUND, () -> {
                trimNow();
                host.round();
                return bus(host).read(Interest.in(channel), good - 1, 10).isEmpty();
            });
            assertThat(dead(host, group)).isOne();
            assertThat(bus(host).redrive(group, bad)).isTrue();
            Eventually.holds("it died again", BOUND, () -> dead(host, group) == 1);
        } finally {
            host.close();
        }
    }

    @Test
    void what_a_group_had_not_read_when_it_was_forgotten_is_counted_once() {
        MessageHost host = host(Duration.ofMillis(1));
        String group = channel + "-group";
        String up = channel + "-up-to-date";
        bus(host).declare(ConsumerGroup.of(group, Interest.in(channel)));
        List<String> got = MessageBusConformance.seen();
        try (Subscription _ = bus(host)
                .consume(ConsumerGroup.of(up, Interest.in(channel)), m -> got.add(MessageBusConformance.text(m)))) {
            long first = bus(host).publish(NewMessage.to(channel, "1")).position();
            bus(host).publish(NewMessage.to(channel, "2").priority(Priority.HIGH));
            MessageBusConformance.eventually(got, 2);
            bus(host).publish(NewMessage.to(channel, "over").expiringAfter(Duration.ofMillis(1)));
            for (int round = 0; round < 2; round++) {
                Eventually.holds("the log is empty", BOUND, () -> {
                    trimNow();
                    host.round();
                    return bus(host).read(Interest.in(channel), first - 1, 10).isEmpty();
                });
            }
            assertThat(bus(host).group(group).orElseThrow().missed()).isEqualTo(2);
            assertThat(bus(host).group(group).orElseThrow().behind()).isZero();
            assertThat(bus(host).group(up).orElseThrow().missed()).isZero();
        } finally {
            host.close();
        }
    }

    private static int dead(MessageHost host, String group) {
        return bus(host).deadLetters(Optional.of(group), 10).size();
    }

    @Test
    void what_is_published_in_a_transaction_arrives_with_its_commit_once_and_in_order() throws SQLException {
        try (TestDatabase test = TestDatabase.create()) {
            Database database = test.database();
            MessageTransport transport = open(RETENTION);
            MessageHost host = joined(
                    MessageHost.elsewhere(transport, database, wheel, MonotonicClock.system(), () -> Instant.EPOCH));
            List<String> got = MessageBusConformance.seen();
            try (Subscription _ =
                    bus(host).subscribe(Interest.in(channel), m -> got.add(MessageBusConformance.text(m)))) {
                publish(database, host, true, "1", "2");
                publish(database, host, false, "never");
                publish(database, host, true, "3");
                MessageBusConformance.eventually(got, 3);
            } finally {
                host.close();
            }
            assertThat(got).containsExactly("1", "2", "3");
        }
    }

    @Test
    void what_a_node_carried_over_and_died_before_it_was_forgotten_is_not_stored_again() throws SQLException {
        try (TestDatabase test = TestDatabase.create();
                MessageTransport transport = open(RETENTION);
                Connection connection = test.superuser();
                Statement statement = connection.createStatement()) {
            Outbox outbox = new Outbox(test.database(), transport);
            for (String text : List.of("1", "2")) {
                Outgoing message = NewMessage.to(channel, text).outgoing(UUID.randomUUID(), "me");
                outbox.submit(connection, Organizations.DEFAULT, message);
            }
            statement.execute("CREATE TABLE carried AS SELECT * FROM message_outbox");
            outbox.forward();
            statement.execute("INSERT INTO message_outbox OVERRIDING SYSTEM VALUE SELECT * FROM carried");
            outbox.forward();
            assertThat(transport.read(Organizations.DEFAULT, Interest.in(channel), 0, 10))
                    .extracting(MessageBusConformance::text)
                    .containsExactly("1", "2");
        }
    }

    private void publish(Database database, MessageHost host, boolean isCommitted, String... texts)
            throws SQLException {
        try (Connection connection = database.controlConnection("test")) {
            connection.setAutoCommit(false);
            for (String text : texts) {
                bus(host).publish(connection, NewMessage.to(channel, text).from("me"));
            }
            if (isCommitted) {
                connection.commit();
            } else {
                connection.rollback();
            }
        }
    }

    @Test
    void a_message_that_may_have_been_stored_before_is_stored_once() {
        try (MessageTransport transport = open(RETENTION)) {
            Outgoing message = NewMessage.to(channel, "x").outgoing(UUID.randomUUID(), null);
            transport.appendOnce(Organizations.DEFAULT, List.of(message));
            transport.appendOnce(Organizations.DEFAULT, List.of(message));
            assertThat(transport.read(Organizations.DEFAULT, Interest.in(channel), 0, 10))
                    .hasSize(1);
        }
    }
}
