package dev.mainstay.cluster;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.concurrent.TimerWheel;
import dev.mainstay.postgres.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The heartbeat of this node: one renewal a second on a connection and a platform thread of its own, so that neither a
/// used-up pool nor stuck agents keep it from living.
///
/// Ownership is trusted until two seconds before the lease could end, counted from when the last answered renewal was
/// *sent*. Past that, or when a renewal finds the session ended, the node is fenced: it stops all work and, as soon as
/// the database answers, joins with a new session.
///
/// Trust is not proof. Where the database may have lost the session's connection, it declares the node
/// dead after two seconds without a beat, and a node that is cut off cannot tell that from a late
/// answer. So ownership counts as proven only that long; then nothing new is begun until a renewal is
/// answered. Thread-safe.
public final class NodeSession implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeSession.class);
    private static final Duration BEAT = Duration.ofSeconds(1);
    private static final Duration RETRY = Duration.ofMillis(500);
    private static final Duration MARGIN = Duration.ofSeconds(2);
    /// A little less than the two seconds after which a session without a connection is dead.
    private static final Duration PROVEN_WITHOUT_BEAT = Duration.ofMillis(1_800);
    private static final Duration PREDECESSOR_PATIENCE = Duration.ofSeconds(4);
    private static final Duration REPEAT_WARNING = Duration.ofSeconds(30);

    private final Database database;
    private final NodeIdentity node;
    private final MonotonicClock monotonic;
    private final DatabaseClock clock;
    private final TimerWheel wheel;
    private final Listener listener;
    private final SessionStore store = new SessionStore();
    private final SessionEnding ending = new SessionEnding();
    private final DatabasePace pace = new DatabasePace();
    private final TimerWheel.Timer trustTimer = new TimerWheel.Timer(this::trustEnded);
    private final Thread thread;
    private volatile @Nullable UUID session;
    private volatile long trustedUntil;
    private volatile long provenUntil;
    private long fencedAt = Long.MIN_VALUE;
    private volatile boolean closed;
    private @Nullable Connection connection;
    private @Nullable UUID given;
    private boolean isDraining;
    private long lastWarning = Long.MIN_VALUE;

    /// Told on the session's thread, but `fenced` also on another; must return quickly.
    public interface Listener {
        void joined(UUID session);

        void beat(Beat beat);

        void fenced(String cause);
    }

    private NodeSession(
            Database database,
            NodeIdentity node,
            MonotonicClock monotonic,
            DatabaseClock clock,
            TimerWheel wheel,
            Listener listener) {
        this.database = database;
        this.node = node;
        this.monotonic = monotonic;
        this.clock = clock;
        this.wheel = wheel;
        this.listener = listener;
        openFirst();
        this.thread = Threads.startPlatform("mainstay-session", this::run);
    }

    /// Joins; fails when a living process already carries this node's name.
    public static NodeSession start(
            Database database,
            NodeIdentity node,
            MonotonicClock monotonic,
            DatabaseClock clock,
            TimerWheel wheel,
            Listener listener) {
        return new NodeSession(database, node, monotonic, clock, wheel, listener);
    }

    public @Nullable UUID id() {
        return session;
    }

    /// True while this node holds a session and need not stop what it does.
    public boolean isTrusted() {
        return session != null && monotonic.nanos() < trustedUntil;
    }

    /// True while no other node can have been given what this one holds, whatever happened to its connection.
    public boolean isProven() {
        return session != null && monotonic.nanos() < provenUntil;
    }

    DatabasePace pace() {
        return pace;
    }

    private void openFirst() {
        long giveUp = monotonic.nanos() + PREDECESSOR_PATIENCE.toNanos();
        while (!open()) {
            if (monotonic.nanos() > giveUp) {
                disconnect();
                throw new MainstayException(
                        ErrorCode.NODE_DUPLICATE,
                        "another living process is already node " + node.id()
                                + " of this database; stop it, or give this one a name of its own with --node");
            }
            Threads.pause(RETRY);
        }
    }

    private void run() {
        while (!closed) {
            long started = monotonic.nanos();
            boolean isAnswered = renewOrJoin();
            Duration wait = isAnswered ? BEAT : RETRY;
            Threads.park(Duration.ofNanos(started + wait.toNanos() - monotonic.nanos()));
        }
    }

    private boolean renewOrJoin() {
        try {
            return session == null ? open() : renew();
        } catch (RuntimeException | Error e) {
            disconnect();
            pace.interrupted();
            if (!closed && monotonic.nanos() - lastWarning > REPEAT_WARNING.toNanos()) {
                lastWarning = monotonic.nanos();
                LOG.atWarn().addKeyValue("node", node.id()).log("session not renewed, trying again: {}", e.toString());
            }
            return false;
        }
    }

    /// False while a process of the same name still lives.
    private boolean open() {
        Handle handle = handle();
        UUID fresh = UUID.randomUUID();
        long sent = monotonic.nanos();
        boolean isOpen = handle.inTransaction(transaction -> {
            if (given != null) {
                ending.stop(transaction, given, "fenced");
            }
            boolean isFree = ending.supersede(transaction, node.id());
            if (isFree) {
                store.open(transaction, fresh, node, !database.pooler(), isDraining);
            }
            return isFree;
        });
        if (!isOpen) {
            return false;
        }
        given = fresh;
        trustWith(fresh, sent);
        LOG.atInfo().addKeyValue("node", node.id()).log("joined with session {}", fresh);
        listener.joined(fresh);
        return true;
    }

    private boolean renew() {
        UUID mine = session;
        if (mine == null) {
            return false;
        }
        boolean isNewConnection = connection == null;
        Handle handle = handle();
        long sent = monotonic.nanos();
        Optional<Beat> beat = store.renew(handle, mine);
        pace.answered(monotonic.nanos() - sent);
        if (beat.isEmpty()) {
            fence("its session has ended");
            return false;
        }
        if (!trustWith(mine, sent)) {
            return false;
        }
        isDraining = beat.get().isDraining();
        clock.read(beat.get().databaseTime(), sent, monotonic.nanos());
        if (isNewConnection && !database.pooler()) {
            store.reconnected(handle, mine);
        }
        listener.beat(beat.get());
        return true;
    }

    /// False when the node was fenced while the answer was on its way: what it held may already have been stopped.
    /// The same when trust has lapsed and the timer is about to say so, as in a process that was frozen: whoever
    /// asked in between was told that nothing is held any more, and has let go of it.
    private synchronized boolean trustWith(UUID mine, long sent) {
        boolean isJoining = session == null && mine.equals(given) && sent > fencedAt;
        if (!isJoining && !mine.equals(session)) {
            return false;
        }
        if (!isJoining && monotonic.nanos() >= trustedUntil) {
            fence("a renewal was answered too late");
            return false;
        }
        session = mine;
        trustedUntil = sent + SessionStore.LEASE.minus(MARGIN).toNanos();
        provenUntil = database.pooler() ? trustedUntil : sent + PROVEN_WITHOUT_BEAT.toNanos();
        wheel.schedule(trustTimer, trustedUntil);
        return true;
    }

    private void trustEnded() {
        Threads.startVirtual("mainstay-fence", () -> {
            if (!closed && monotonic.nanos() >= trustedUntil) {
                fence("no renewal was answered in time");
            }
        });
    }

    /// Whatever this node holds may soon be another's.
    private synchronized void fence(String cause) {
        if (session != null) {
            session = null;
            fencedAt = monotonic.nanos();
            LOG.atWarn().addKeyValue("node", node.id()).log("fenced: {}; all work stops, joining again", cause);
            listener.fenced(cause);
        }
    }

    private Handle handle() {
        Connection live = connection;
        if (live == null) {
            live = database.controlConnection("session");
            connection = live;
        }
        return Jdbi.open(live);
    }

    private void disconnect() {
        Connection broken = connection;
        connection = null;
        try {
            if (broken != null) {
                broken.close();
            }
        } catch (SQLException e) {
            LOG.atDebug().log("closing a broken connection: {}", e.toString());
        }
    }

    /// Ends the session, so that others take over at once instead of after the lease.
    @Override
    public void close() {
        closed = true;
        Threads.unpark(thread);
        Threads.join(thread, Duration.ofSeconds(5));
        wheel.cancel(trustTimer);
        UUID mine = session;
        session = null;
        if (mine != null) {
            try {
                handle().useTransaction(transaction -> ending.stop(transaction, mine, "stopped"));
            } catch (RuntimeException e) {
                LOG.atWarn().log("session not ended, it will expire: {}", e.toString());
            }
        }
        disconnect();
    }
}
