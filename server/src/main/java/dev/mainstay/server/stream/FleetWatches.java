package dev.mainstay.server.stream;

import dev.mainstay.MainstayException;
import dev.mainstay.concurrent.Loop;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.postgres.Database;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The watched fleets of all organizations on this node; a fleet nobody looks at is not read. Thread-safe.
public final class FleetWatches implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FleetWatches.class);

    private final Database database;
    private final MonotonicClock clock;
    private final String node;
    private final Map<UUID, FleetWatch> watches = new ConcurrentHashMap<>();
    private final Loop loop;
    private volatile boolean closed;

    private FleetWatches(Database database, MonotonicClock clock, String node) {
        this.database = database;
        this.clock = clock;
        this.node = node;
        this.loop = Loop.start("fleet-watch", FleetWatch.PERIOD, this::readWanted);
    }

    /// Reads nothing until somebody looks.
    ///
    /// @param node the name of this node
    public static FleetWatches start(Database database, String node) {
        return start(database, MonotonicClock.system(), node);
    }

    /// The same on a clock that a test moves.
    public static FleetWatches start(Database database, MonotonicClock clock, String node) {
        return new FleetWatches(database, clock, node);
    }

    public FleetWatch of(UUID organization) {
        FleetWatch held = watches.get(organization);
        return held != null
                ? held
                : watches.computeIfAbsent(organization, id -> new FleetWatch(database.api(id), clock, node));
    }

    /// Begins to follow a fleet: everything first, or only what came after the position a stream of before ended with.
    ///
    /// @param follower the key of whoever follows
    /// @return empty when `lastEventId` is not a position of ours
    public Optional<Subscription> follow(UUID organization, String follower, Optional<String> lastEventId) {
        Optional<Position> from = lastEventId.flatMap(Position::parse);
        if (from.isEmpty() && lastEventId.isPresent()) {
            return Optional.empty();
        }
        FleetWatch watch = of(organization);
        Subscription subscription = watch.follow(follower, from.orElse(null));
        // A follower keeps its watch from now on; until now it may have been let go as one nobody looks at.
        boolean isRead = watches.compute(organization, (id, held) -> held == null ? watch : held) == watch;
        if (closed || !isRead) {
            subscription.end();
        }
        return Optional.of(subscription);
    }

    /// How many follow a fleet at present.
    public int followers() {
        return watches.values().stream().mapToInt(FleetWatch::followers).sum();
    }

    /// How often one follower follows a fleet at present.
    public int followers(UUID organization, String follower) {
        FleetWatch watch = watches.get(organization);
        return watch == null ? 0 : watch.followers(follower);
    }

    private void readWanted() {
        watches.keySet().forEach(id -> watches.computeIfPresent(id, (same, watch) -> watch.isWanted() ? watch : null));
        for (FleetWatch watch : watches.values()) {
            try {
                watch.read(clock.nanos() - FleetWatch.PERIOD.toNanos() / 2);
            } catch (MainstayException e) {
                // Whoever looks is told by their own request, which is logged there; twice a second would say no more.
                LOG.atDebug().log("a fleet could not be read: {}", e.toString());
            }
        }
    }

    /// Ends every stream; those who followed may resume at another node.
    @Override
    public void close() {
        closed = true;
        loop.close();
        watches.values().forEach(FleetWatch::end);
    }
}
