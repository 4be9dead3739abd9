package dev.mainstay.message.redis;

import dev.mainstay.concurrent.Loop;
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

    private final RedisLink link;
    private final Loop loop;
    private volatile @Nullable UUID session;

    RedisSession(RedisLink link) {
        this.link = link;
        this.loop = Loop.start("messages-session", BEAT, this::beat);
    }

    @Nullable
    UUID current() {
        return session;
    }

    void join(UUID newSession) {
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
            goodbyeIfLeft(mine);
        }
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
