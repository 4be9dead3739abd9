package dev.mainstay.cluster;

import dev.mainstay.concurrent.Loop;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.postgres.Database;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The duties of this node: takes vacant ones, and runs the rounds of those it holds.
///
/// One statement a second asks for all of them which have something to do, so that a fleet at rest costs its database
/// nearly nothing.
///
/// A duty hangs on its holder's session; it is vacant when that has ended, or when the holder has not shown itself for
/// a minute. Taking it raises the term. A session may take what it holds already: it asks only when it does not know
/// that it does, since the answer to its taking was lost. Thread-safe.
public final class Leadership implements AutoCloseable {
    private static final String TAKE = """
            INSERT INTO duties (name, session_id, node_id)
            SELECT :name, session_id, node_id
            FROM node_sessions
            WHERE session_id = :session AND ended_at IS NULL AND expires_at > clock_timestamp()
            ON CONFLICT (name) DO UPDATE
            SET session_id = excluded.session_id,
                node_id = excluded.node_id,
                term = duties.term + 1,
                since = clock_timestamp(),
                ran_at = clock_timestamp()
            WHERE duties.session_id = excluded.session_id
                OR duties.ran_at < clock_timestamp() - interval '60 seconds'
                OR NOT EXISTS (
                    SELECT FROM node_sessions holder
                    WHERE holder.session_id = duties.session_id AND holder.ended_at IS NULL)
            RETURNING term
            """;

    private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(20);
    /// Short duties are shown to be alive once in so many periods.
    private static final int PERIODS_UNSHOWN = 10;

    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Database database;
    private final String node;
    private final Map<String, Duty> duties = new LinkedHashMap<>();
    private final Map<String, DutyLease> held = new ConcurrentHashMap<>();
    private final Map<String, Loop> loops = new LinkedHashMap<>();
    private final Map<String, Long> nextRounds = new ConcurrentHashMap<>();
    private final Map<String, Long> nextShows = new ConcurrentHashMap<>();
    private final MonotonicClock monotonic = MonotonicClock.system();
    private final DutyLook looks;
    private final Loop look;
    private volatile @Nullable UUID session;

    public Leadership(Database database, String node, List<Duty> duties) {
        this.database = database;
        this.node = node;
        duties.forEach(duty -> this.duties.put(duty.name(), duty));
        for (Duty duty : duties) {
            Duration period = duty.due() != null || isRare(duty) ? KEEP_ALIVE : duty.period();
            loops.put(duty.name(), Loop.start("duty-" + duty.name(), period, () -> round(duty)));
        }
        this.looks = new DutyLook(database, duties, monotonic);
        this.look = Loop.start("duties", LOOK, this::look);
    }

    private static boolean isRare(Duty duty) {
        return duty.period().compareTo(KEEP_ALIVE) > 0;
    }

    private void look() {
        if (session != null) {
            looks.due(held.keySet()).forEach(this::wake);
        }
    }

    /// The node has a session with which it can hold duties.
    public void joined(UUID newSession) {
        session = newSession;
        duties.keySet().forEach(this::wake);
    }

    public void fenced() {
        session = null;
        held.clear();
    }

    /// Some duty has no living holder: try for those not held here.
    public void vacant() {
        duties.keySet().stream().filter(name -> !held.containsKey(name)).forEach(this::wake);
    }

    /// Runs the next round of the duty now, if it is held here.
    public void wake(String duty) {
        Loop loop = loops.get(duty);
        if (loop != null) {
            nextRounds.remove(duty);
            loop.wake();
        }
    }

    public boolean holds(String duty) {
        return held.containsKey(duty);
    }

    private void round(Duty duty) throws Exception {
        UUID mine = session;
        if (mine == null) {
            return;
        }
        DutyLease lease = held.get(duty.name());
        if (lease == null || !lease.session().equals(mine)) {
            lease = take(duty, mine);
        }
        if (lease != null && isHeld(duty, lease) && isDue(duty)) {
            duty.round().run(lease);
        }
    }

    /// A duty that runs once an hour is still shown to be alive three times a minute, and waits until a node that
    /// starts has done what cannot wait. One that has a condition runs when it was woken.
    private boolean isDue(Duty duty) {
        long now = monotonic.nanos();
        Long next = nextRounds.get(duty.name());
        if (next != null && now < next) {
            return false;
        }
        nextRounds.put(duty.name(), duty.due() == null ? now + duty.period().toNanos() : Long.MAX_VALUE);
        return true;
    }

    private @Nullable DutyLease take(Duty duty, UUID mine) {
        Optional<Long> term = database.control(handle -> handle.createQuery(TAKE)
                .bind("name", duty.name())
                .bind("session", mine)
                .mapTo(Long.class)
                .findOne());
        if (term.isEmpty()) {
            return null;
        }
        DutyLease lease = new DutyLease(duty.name(), mine, term.get());
        if (duty.due() == null && isRare(duty)) {
            nextRounds.put(duty.name(), monotonic.nanos() + KEEP_ALIVE.toNanos());
        } else {
            nextRounds.remove(duty.name());
        }
        nextShows.remove(duty.name());
        held.put(duty.name(), lease);
        LOG.atInfo()
                .addKeyValue("node", node)
                .addKeyValue("duty", duty.name())
                .addKeyValue("term", term.get())
                .log("duty taken");
        return lease;
    }

    /// Says once in a while that the duty is being done, and learns whether it is still this node's.
    private boolean isHeld(Duty duty, DutyLease lease) {
        long now = monotonic.nanos();
        if (now < nextShows.getOrDefault(duty.name(), Long.MIN_VALUE)) {
            return true;
        }
        if (!database.controlStatement(lease::show)) {
            held.remove(lease.duty(), lease);
            return false;
        }
        long untilNext = Math.min(duty.period().toNanos() * PERIODS_UNSHOWN, KEEP_ALIVE.toNanos());
        nextShows.put(duty.name(), now + untilNext);
        return true;
    }

    @Override
    public void close() {
        look.close();
        loops.values().forEach(Loop::close);
        held.clear();
    }
}
