package dev.mainstay.server.stream;

import dev.mainstay.agent.AgentQueries;
import dev.mainstay.agent.AgentRow;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.health.HealthQueries;
import dev.mainstay.postgres.OrganizationDatabase;
import dev.mainstay.server.json.Json;
import dev.mainstay.telemetry.EventRow;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The picture of one organization's fleet on this node, read at most every 400 ms while somebody looks, and what is
/// told to those who follow. Thread-safe.
public final class FleetWatch {
    static final Duration PERIOD = Duration.ofMillis(400);
    private static final long FRESH_NANOS = Duration.ofMillis(500).toNanos();
    private static final long BEATS_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long DEMAND_NANOS = Duration.ofSeconds(10).toNanos();
    private static final long FAILURE_NANOS = Duration.ofSeconds(1).toNanos();

    private final OrganizationDatabase database;
    private final MonotonicClock clock;
    /// Versions count from one in each watch, so a position names the watch too.
    private final UUID watch = UUID.randomUUID();
    private final String node;
    private final ReentrantLock reading = new ReentrantLock();
    private final Set<Subscription> subscriptions = ConcurrentHashMap.newKeySet();
    private final PulseWindow pulse;
    private final EventTail tail;
    private final QueueWatch queues;
    private volatile @Nullable FleetSnapshot snapshot;
    private volatile byte[] pulseJson = {};
    private volatile long askedAt;
    private @Nullable Failed failed;
    private long beatsToldAt;
    private long beatsToldIn;

    private record Failed(RuntimeException cause, long at) {}

    FleetWatch(OrganizationDatabase database, MonotonicClock clock, String node) {
        this.database = database;
        this.clock = clock;
        this.node = node;
        this.pulse = new PulseWindow(database);
        this.tail = new EventTail(database, clock);
        this.queues = new QueueWatch(database, clock);
        this.askedAt = clock.nanos();
    }

    /// The fleet as it stood at most half a second ago.
    public FleetSnapshot snapshot() {
        long now = clock.nanos();
        askedAt = now;
        FleetSnapshot held = snapshot;
        return held != null && now - held.readAtNanos() < FRESH_NANOS ? held : read(now - FRESH_NANOS);
    }

    /// The last half hour of heartbeats as JSON. The array must not be changed.
    public byte[] pulse() {
        snapshot();
        return pulseJson;
    }

    /// Something was written through this node: whoever looks after this sees it.
    public FleetSnapshot changed() {
        return read(clock.nanos());
    }

    boolean isWanted() {
        return !subscriptions.isEmpty() || clock.nanos() - askedAt < DEMAND_NANOS;
    }

    /// Reads unless that was done since `earliest`; one reads for all who wait. A failure counts for a second, so that
    /// those who wait for a database that is away do so once and not one after another.
    FleetSnapshot read(long earliest) {
        reading.lock();
        try {
            FleetSnapshot held = snapshot;
            if (held != null && held.readAtNanos() >= earliest) {
                return held;
            }
            Failed before = failed;
            if (before != null && clock.nanos() - before.at < FAILURE_NANOS) {
                throw before.cause;
            }
            return readNow(held);
        } catch (RuntimeException e) {
            if (failed == null || failed.cause != e) {
                failed = new Failed(e, clock.nanos());
            }
            throw e;
        } finally {
            reading.unlock();
        }
    }

    private FleetSnapshot readNow(@Nullable FleetSnapshot before) {
        long readAt = clock.nanos();
        long version = before == null ? 1 : before.version() + 1;
        HealthQueries.SystemRow system = HealthQueries.system(database);
        List<AgentRow> rows = AgentQueries.all(database);
        List<EventRow> events = tail.next();
        if (pulse.isDue(system.at())) {
            pulse.read(system.at());
            pulseJson = Json.bytes(pulse.pulse());
        }
        List<FleetEntry> entries = FleetSnapshot.entries(before, rows, version);
        Overview overview = new Overview(
                system.at(),
                Overview.Counts.of(entries),
                system.nodes(),
                system.health(),
                FleetProblem.among(entries, system.at()),
                pulse.minutes());
        FleetSnapshot fresh = new FleetSnapshot(version, readAt, entries, overview, Json.bytes(overview));
        failed = null;
        snapshot = fresh;
        if (before != null) {
            tell(before, fresh, events);
        }
        return fresh;
    }

    private void tell(FleetSnapshot before, FleetSnapshot fresh, List<EventRow> events) {
        if (subscriptions.isEmpty()) {
            queues.forget();
            return;
        }
        Frame frame = new Frame();
        changes(frame, before, fresh);
        if (fresh.readAtNanos() - beatsToldAt >= BEATS_NANOS) {
            frame.beats(fresh.entries().stream()
                    .filter(entry -> entry.beatIn > beatsToldIn && entry.changedIn <= before.version())
                    .toList());
            beatsToldAt = fresh.readAtNanos();
            beatsToldIn = fresh.version();
            if (!fresh.overview().shows(before.overview())) {
                frame.overview(fresh.overviewJson());
            }
        }
        frame.tasks(queues.changed());
        events.forEach(frame::event);
        if (!frame.isEmpty()) {
            byte[] bytes = frame.endingAt(position(fresh));
            subscriptions.removeIf(subscription -> !subscription.give(bytes));
        }
    }

    private static void changes(Frame frame, FleetSnapshot before, FleetSnapshot fresh) {
        fresh.entries().stream()
                .filter(entry -> entry.changedIn > before.version())
                .forEach(frame::agent);
        before.entries().stream()
                .map(entry -> entry.row.id())
                .filter(id -> !fresh.holds(id))
                .forEach(frame::removed);
    }

    private Position position(FleetSnapshot at) {
        return new Position(watch, at.version(), tail.settled());
    }

    /// Begins to follow: everything first, or what `from` has not seen yet.
    Subscription follow(String follower, @Nullable Position from) {
        snapshot();
        reading.lock();
        try {
            FleetSnapshot current = read(clock.nanos() - FRESH_NANOS);
            Frame frame = new Frame().overview(current.overviewJson());
            long seen = from != null && from.watch().equals(watch) && from.version() <= current.version()
                    ? from.version()
                    : 0;
            current.entries().stream().filter(entry -> entry.beatIn > seen).forEach(frame::agent);
            if (from != null) {
                tail.above(from.settled()).forEach(frame::event);
            }
            if (subscriptions.isEmpty()) {
                beatsToldIn = current.version();
            }
            Subscription subscription = new Subscription(this, follower);
            subscription.give(frame.ready(node).endingAt(position(current)));
            subscriptions.add(subscription);
            return subscription;
        } finally {
            reading.unlock();
        }
    }

    void leave(Subscription subscription) {
        subscriptions.remove(subscription);
    }

    int followers() {
        return subscriptions.size();
    }

    int followers(String follower) {
        return (int) subscriptions.stream()
                .filter(subscription -> subscription.follower().equals(follower))
                .count();
    }

    void end() {
        subscriptions.forEach(Subscription::end);
    }
}
