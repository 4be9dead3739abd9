package dev.mainstay.message.nats;

import dev.mainstay.concurrent.Loop;
import io.nats.client.api.KeyValueEntry;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Shows the other nodes that this one lives, by NATS' clock, so that what it holds is freed soon after its death; and
/// reads that clock by it. Thread-safe.
final class NatsSession implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NatsSession.class);
    private static final Duration BEAT = Duration.ofSeconds(1);
    private static final long LEASE_MICROS = 5_000_000;
    private static final String ALIVE = "alive";
    private static final String ENDED = "ended";

    private final NatsLink link;
    private final NatsStores stores;
    private final NatsClock clock;
    private final UUID own = UUID.randomUUID();
    private final Loop loop;
    private volatile @Nullable UUID session;

    /// What became of a session.
    enum Life {
        ALIVE,
        ENDED,
        DEAD
    }

    NatsSession(NatsLink link, NatsStores stores, NatsClock clock) {
        this.link = link;
        this.stores = stores;
        this.clock = clock;
        show(own, ALIVE);
        this.loop = Loop.start("messages-session", BEAT, this::beat);
    }

    /// Null also while this node cannot show that it lives.
    @Nullable
    UUID current() {
        return clock.age() < LEASE_MICROS ? session : null;
    }

    void join(UUID newSession) {
        session = newSession;
        tell(newSession, ALIVE);
    }

    /// What it held is freed at once, and counts as no one's crash.
    void leave() {
        UUID left = session;
        session = null;
        if (left != null) {
            tell(left, ENDED);
        }
    }

    private void tell(UUID whose, String life) {
        try {
            show(whose, life);
        } catch (RuntimeException e) {
            LOG.atDebug().log("nobody was told that a session is {}: {}", life, e.toString());
        }
    }

    private void beat() {
        UUID mine = session;
        show(mine == null ? own : mine, ALIVE);
        // It may have been left meanwhile, and this brought it to life again.
        if (mine != null && !mine.equals(session)) {
            show(mine, ENDED);
        }
    }

    private void show(UUID whose, String life) {
        String key = NatsNames.session(whose);
        link.call(() -> stores.nodes().put(key, life));
        long answered = clock.nanos();
        KeyValueEntry shown = link.call(() -> stores.nodes().get(key));
        if (shown != null) {
            clock.read(shown.getCreated().toInstant(), answered);
        }
    }

    Life lifeOf(UUID other) {
        KeyValueEntry entry = link.call(() -> stores.nodes().get(NatsNames.session(other)));
        if (entry == null) {
            return Life.DEAD;
        }
        if (ENDED.equals(entry.getValueAsString())) {
            return Life.ENDED;
        }
        boolean isFresh = clock.now() - NatsClock.micros(entry.getCreated().toInstant()) < LEASE_MICROS;
        return isFresh ? Life.ALIVE : Life.DEAD;
    }

    @Override
    public void close() {
        leave();
        loop.close();
    }
}
