package dev.mainstay.message.redis;

import dev.mainstay.concurrent.Loop;
import dev.mainstay.concurrent.MonotonicClock;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Shows the other nodes that this one lives, by Redis' clock, so that what it holds is freed soon after its death.
/// Thread-safe.
final class RedisSession implements AutoCloseable {
    private static final Duration BEAT = Duration.ofSeconds(1);
    private static final Duration LEASE = Duration.ofSeconds(5);
    private static final Duration REMEMBERED = Duration.ofHours(2);
    private static final Duration SILENCE = Duration.ofSeconds(3);

    private final RedisLink link;
    private final Loop loop;
    private final MonotonicClock clock = MonotonicClock.system();
    private volatile @Nullable UUID session;
    private volatile long shown = clock.nanos();
    private volatile @Nullable Long back;

    RedisSession(RedisLink link) {
        this.link = link;
        this.loop = Loop.start("messages-session", BEAT, this::beat);
    }

    @Nullable
    UUID current() {
        return session;
    }

    void join(UUID newSession) {
        shown = clock.nanos();
        session = newSession;
        tell(newSession, "alive", LEASE);
    }

    /// What it held is freed at once, and counts as no one's crash.
    void leave() {
        UUID left = session;
        session = null;
        if (left != null) {
            tell(left, "ended", REMEMBERED);
        }
    }

    private void beat() {
        UUID mine = session;
        if (mine != null) {
            link.call(commands -> commands.set(RedisKeys.session(mine), "alive", SetArgs.Builder.px(LEASE)));
            shown();
            goodbyeIfLeft(mine);
        }
    }

    private void shown() {
        long now = clock.nanos();
        if (now - shown > SILENCE.toNanos()) {
            back = now;
        }
        shown = now;
    }

    /// For how long the server has answered again after this node could not show for a while that it
    /// lives; empty when it always could.
    String microsSinceSilence() {
        Long since = back;
        return since == null ? "" : Long.toString((clock.nanos() - since) / 1_000);
    }

    // The session may have been left while the beat was under way, which then brought it to life again.
    private void goodbyeIfLeft(UUID beaten) {
        if (!beaten.equals(session)) {
            tell(beaten, "ended", REMEMBERED);
        }
    }

    private void tell(UUID whose, String life, Duration kept) {
        link.tell(commands -> commands.set(RedisKeys.session(whose), life, SetArgs.Builder.px(kept)));
    }

    @Override
    public void close() {
        leave();
        loop.close();
    }
}
