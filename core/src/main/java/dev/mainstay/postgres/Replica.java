package dev.mainstay.postgres;

import dev.mainstay.concurrent.Loop;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A streaming replica for screens, used while it answers and is not far behind.
///
/// Every node renews its session on the primary each second, so the newest renewal each server shows tells how far
/// the replica is behind, by one clock and however it is fed. It is asked in the background: a screen never waits for
/// a replica that is away. Thread-safe.
final class Replica implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);
    private static final Duration LOOK = Duration.ofSeconds(2);
    private static final Duration FAR_BEHIND = Duration.ofSeconds(10);
    private static final String NEWEST_BEAT = "SELECT max(beat_at) FROM node_sessions";

    private final Pool pool;
    private final Pool primary;
    private final String where;
    private final Loop watch;
    private volatile boolean isUsable;
    private @Nullable String complaint;

    Replica(Pool pool, Pool primary, String where) {
        this.pool = pool;
        this.primary = primary;
        this.where = where;
        watch = Loop.start("replica", LOOK, this::look);
    }

    /// The replica's connections, unless the primary's must do.
    Optional<Pool> pool() {
        return isUsable ? Optional.of(pool) : Optional.empty();
    }

    /// It failed someone: nobody asks it again before it was looked at.
    void distrust() {
        isUsable = false;
        watch.wake();
    }

    private void look() {
        String found = complaint();
        isUsable = found == null;
        if (found == null && complaint != null) {
            LOG.atInfo().addKeyValue("replica", where).log("screens read from the replica again");
        } else if (found != null && complaint == null) {
            LOG.atWarn().addKeyValue("replica", where).log("screens read from the primary: {}", found);
        }
        complaint = found;
    }

    private @Nullable String complaint() {
        try {
            Instant here = newestBeat(primary);
            Instant there = newestBeat(pool);
            Duration behind =
                    here == null ? Duration.ZERO : Duration.between(there == null ? Instant.MIN : there, here);
            return behind.compareTo(FAR_BEHIND) > 0 ? "the replica is more than " + FAR_BEHIND + " behind" : null;
        } catch (RuntimeException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static @Nullable Instant newestBeat(Pool asked) {
        return Again.reading(() -> asked.use(handle -> handle.createQuery(NEWEST_BEAT)
                .map((row, context) -> row.getObject(1, OffsetDateTime.class))
                .findOne()
                .map(OffsetDateTime::toInstant)
                .orElse(null)));
    }

    @Override
    public void close() {
        watch.close();
        pool.close();
    }
}
