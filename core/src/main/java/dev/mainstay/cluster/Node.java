package dev.mainstay.cluster;

import dev.mainstay.Resident;
import dev.mainstay.agent.AgentHost;
import dev.mainstay.concurrent.Loop;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.TimerWheel;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.DatabaseSlowness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One running Mainstay among others: holds the session, and passes what it tells to the agents' host and the duties.
///
/// Everything that follows from a renewal happens in loops of its own, so that the renewal is never late because of
/// them. Thread-safe.
public final class Node implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    private static final Duration CHECK = Duration.ofSeconds(30);
    private static final Duration AFTER_DEATH = Duration.ofMillis(30);

    private final Database database;
    private final NodeIdentity identity;
    private final MonotonicClock monotonic;
    private final TimerWheel wheel;
    private final AgentHost host;
    private final List<Resident> residents;
    private final Runnable sessionsEnded;
    private final Leadership leadership;
    private final SessionStore sessions = new SessionStore();
    private final SessionEnding endings = new SessionEnding();
    private final AtomicLong assignmentVersion = new AtomicLong(-1);
    /// Of two that say what this node can run, the later one must know of more.
    private final Lock offering = new ReentrantLock();

    private final Loop assignments;
    private final Loop deaths;
    private final TimerWheel.Timer suspicion;
    private volatile @Nullable NodeSession session;

    private Node(
            Database database,
            NodeIdentity identity,
            MonotonicClock monotonic,
            TimerWheel wheel,
            AgentHost host,
            List<Resident> others,
            List<Duty> duties,
            Runnable assigned,
            Runnable sessionsEnded) {
        this.database = database;
        this.identity = identity;
        this.monotonic = monotonic;
        this.wheel = wheel;
        this.host = host;
        this.residents = new ArrayList<>(others);
        this.residents.addFirst(host);
        this.sessionsEnded = sessionsEnded;
        List<Duty> all = new ArrayList<>(duties);
        all.add(new Placement(database, () -> {
                    reassigned();
                    assigned.run();
                })
                .duty());
        host.onDoubt(this::reassigned);
        host.provenBy(this::isProven);
        this.leadership = new Leadership(database, identity.id(), all);
        this.assignments = Loop.start("assignments", CHECK, this::converge);
        this.deaths = Loop.start("deaths", CHECK, this::findDead);
        this.suspicion = new TimerWheel.Timer(deaths::wake);
    }

    /// Joins the others on the database.
    ///
    /// @param others what lives on the node besides its agents
    /// @param duties what this node can do for all besides placing agents
    /// @param assigned called when agents were given to nodes, to tell the others without delay
    /// @param sessionsEnded called when this node found that others are dead
    public static Node start(
            Database database,
            NodeIdentity identity,
            MonotonicClock monotonic,
            DatabaseClock clock,
            TimerWheel wheel,
            AgentHost host,
            List<Resident> others,
            List<Duty> duties,
            Runnable assigned,
            Runnable sessionsEnded) {
        Node node = new Node(database, identity, monotonic, wheel, host, others, duties, assigned, sessionsEnded);
        try {
            node.session = NodeSession.start(database, identity, monotonic, clock, wheel, node.new Told());
        } catch (RuntimeException e) {
            node.closeLoops();
            throw e;
        }
        return node;
    }

    public NodeIdentity identity() {
        return identity;
    }

    /// True while this node belongs to the fleet: it holds a session, and need not stop what it does.
    public boolean isTrusted() {
        NodeSession current = session;
        return current != null && current.isTrusted();
    }

    private boolean isProven() {
        NodeSession current = session;
        return current != null && current.isProven();
    }

    /// How much longer than usual the database takes to answer this node.
    public DatabaseSlowness databaseSlowness() {
        NodeSession current = session;
        return current == null ? DatabaseSlowness.NONE : current.pace().slowness();
    }

    public @Nullable UUID sessionId() {
        return session == null ? null : session.id();
    }

    /// This node can run other kinds now; placement may give it their agents.
    public void offer() {
        offering.lock();
        try {
            UUID mine = sessionId();
            if (mine != null) {
                database.control(handle -> sessions.offer(handle, mine, identity));
            }
        } finally {
            offering.unlock();
        }
    }

    private void converge() {
        offer();
        host.converge();
    }

    /// Agents were given to, taken from, or asked something of this node, or it works on other types of
    /// task than before.
    public void reassigned() {
        assignments.wake();
    }

    /// An agent was declared, a lease returned, or a person wants something: placement looks now.
    public void placementNeeded() {
        leadership.wake(Placement.DUTY);
    }

    /// There is something to do for the leader of a duty; nothing happens unless that is this node.
    public void wake(String duty) {
        if (leadership.holds(duty)) {
            leadership.wake(duty);
        }
    }

    private void findDead() {
        int dead = database.control(endings::expire);
        if (dead > 0) {
            leadership.vacant();
            placementNeeded();
            sessionsEnded.run();
        }
    }

    private final class Told implements NodeSession.Listener {
        @Override
        public void joined(UUID fresh) {
            residents.forEach(resident -> resident.joined(fresh));
            assignmentVersion.set(-1);
            leadership.joined(fresh);
            deaths.wake();
            assignments.wake();
        }

        @Override
        public void beat(Beat beat) {
            if (assignmentVersion.getAndSet(beat.assignmentVersion()) != beat.assignmentVersion()) {
                assignments.wake();
            }
            if (beat.isDutyVacant()) {
                leadership.vacant();
            }
            Duration suspectIn = beat.suspectIn();
            if (suspectIn != null) {
                wheel.schedule(
                        suspicion,
                        monotonic.nanos() + suspectIn.plus(AFTER_DEATH).toNanos());
            }
        }

        @Override
        public void fenced(String cause) {
            leadership.fenced();
            residents.forEach(Resident::fenced);
        }
    }

    /// Stops the agents in reverse order within `bound`, then leaves, so that others take over at once.
    public void stop(Duration bound) {
        drain();
        residents.reversed().forEach(resident -> resident.stop(bound));
        close();
    }

    /// First of all, or placement would give the agents that stop here back to this node.
    private void drain() {
        UUID mine = sessionId();
        try {
            if (mine != null) {
                database.control(handle -> {
                    sessions.drain(handle, mine);
                    return mine;
                });
            }
        } catch (RuntimeException e) {
            LOG.atWarn()
                    .addKeyValue("node", identity.id())
                    .log("could not say that this node leaves: {}", e.toString());
        }
    }

    @Override
    public void close() {
        closeLoops();
        host.close();
        if (session != null) {
            session.close();
        }
    }

    private void closeLoops() {
        wheel.cancel(suspicion);
        assignments.close();
        deaths.close();
        leadership.close();
    }
}
