package dev.mainstay.postgres;

import dev.mainstay.concurrent.Listeners;
import dev.mainstay.concurrent.Loop;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.Threads;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// "Look now": wakes the other nodes earlier than their polling would. One LISTEN connection a node on
/// one channel; a topic is sent after the commit it speaks of, one each 3 ms in the long run, because NOTIFY
/// takes a lock of the whole database.
///
/// Only ever a hint. Behind a pooler, or while the listener is gone, nothing arrives and polling does the work.
/// Thread-safe.
public final class Signals implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);
    private static final String CHANNEL = "mainstay";
    /// Without waiting for the disk: what is told is durable already, and a lost hint is made up for by looking.
    private static final String NOTIFY = """
            SELECT pg_notify(:channel, topic)
            FROM unnest(:topics) AS topic
            WHERE set_config('synchronous_commit', 'off', true) IS NOT NULL
            """;
    private static final Duration RECONNECT = Duration.ofSeconds(2);
    // How long the listener waits before it looks whether it was closed, and whether its connection still answers.
    private static final int WAIT_MILLIS = 1_000;
    private static final int PROBE_AFTER_WAITS = 10;

    private final Database database;
    private final Listeners listeners = new Listeners();
    private final Set<String> due = ConcurrentHashMap.newKeySet();
    private final SignalPace pace = new SignalPace(MonotonicClock.system());
    private final Loop sender;
    private final @Nullable Loop receiver;
    private volatile boolean closed;
    private volatile @Nullable Connection listening;

    private Signals(Database database) {
        this.database = database;
        sender = Loop.start("signals-send", Duration.ofMinutes(10), this::send);
        receiver = database.pooler() ? null : Loop.start("signals-receive", RECONNECT, this::receive);
    }

    public static Signals start(Database database) {
        return new Signals(database);
    }

    /// Runs `action` when any node, this one too, has said `topic`; it must be quick. Close what is
    /// returned to stop it.
    public Runnable on(String topic, Runnable action) {
        return listeners.add(topic, action);
    }

    /// Says `topic` to every node, soon; call it after the commit. Never waits, never fails.
    public void notify(String topic) {
        if (due.add(topic)) {
            sender.wake();
        }
    }

    /// Whether notifications arrive at present.
    public boolean isListening() {
        return listening != null;
    }

    private void send() {
        List<String> topics = List.copyOf(due);
        if (topics.isEmpty()) {
            return;
        }
        topics.forEach(due::remove);
        try {
            database.controlStatement(handle -> handle.createQuery(NOTIFY)
                    .bind("channel", CHANNEL)
                    .bindArray("topics", String.class, topics)
                    .mapTo(String.class)
                    .list());
        } catch (RuntimeException e) {
            due.addAll(topics);
            throw e;
        }
        Duration wait = pace.sent();
        if (wait.isPositive()) {
            Threads.pause(wait);
        }
    }

    private void receive() throws SQLException {
        if (closed) {
            return;
        }
        try (Connection connection = database.listenConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("LISTEN " + CHANNEL);
            // What was said while nobody listened is lost: everyone looks once.
            run(listeners.all());
            listening = connection;
            receive(connection, statement);
        } catch (SQLException e) {
            if (!closed) {
                throw e;
            }
        } finally {
            listening = null;
        }
    }

    private void receive(Connection connection, Statement statement) throws SQLException {
        PGConnection notifications = connection.unwrap(PGConnection.class);
        int silent = 0;
        while (!closed) {
            PGNotification[] arrived = notifications.getNotifications(WAIT_MILLIS);
            if (arrived != null && arrived.length > 0) {
                silent = 0;
                for (PGNotification each : arrived) {
                    run(listeners.of(each.getParameter()));
                }
            } else if (++silent >= PROBE_AFTER_WAITS) {
                silent = 0;
                statement.execute("SELECT 1");
            }
        }
    }

    private static void run(List<Runnable> actions) {
        for (Runnable action : actions) {
            try {
                action.run();
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).log("a listener failed; the next signal calls it again");
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        sender.close();
        cutOff(listening);
        if (receiver != null) {
            receiver.close();
        }
    }

    // Closing would wait until the wait for notifications ends.
    private static void cutOff(@Nullable Connection connection) {
        if (connection != null) {
            try {
                connection.abort(Runnable::run);
            } catch (SQLException e) {
                LOG.atWarn().log("the listening connection ends with its next wait: {}", e.getMessage());
            }
        }
    }
}
