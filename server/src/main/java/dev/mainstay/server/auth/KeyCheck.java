package dev.mainstay.server.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Says who stands behind the header `Authorization`. What was found, also that nothing was, is held for 4 seconds, so
/// that a revoked key is refused within 5 everywhere and a stream of requests costs one look-up. Thread-safe.
public final class KeyCheck {
    private static final Duration HELD = Duration.ofSeconds(4);
    private static final int MOST_HELD = 10_000;
    private static final int AT_ONCE = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final String SCHEME = "Bearer ";

    private final KeyStore store;
    private final Semaphore lookUps = new Semaphore(AT_ONCE, true);
    private final Cache<String, Optional<KeyStore.Working>> held;

    public KeyCheck(KeyStore store) {
        this(store, Ticker.systemTicker());
    }

    KeyCheck(KeyStore store, Ticker ticker) {
        this.store = store;
        this.held = Caffeine.newBuilder()
                .expireAfterWrite(HELD)
                .maximumSize(MOST_HELD)
                .ticker(ticker)
                .build();
    }

    public Optional<Caller> caller(@Nullable String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Optional.empty();
        }
        return KeyToken.parse(authorization.substring(SCHEME.length())).flatMap(this::caller);
    }

    private Optional<Caller> caller(KeyToken token) {
        return held.get(token.id(), this::lookUp)
                .filter(key -> MessageDigest.isEqual(key.secretHash(), token.hash()))
                .map(KeyStore.Working::caller);
    }

    /// A few at a time: whoever tries keys waits among others who do, and requests of those who are known go on.
    private Optional<KeyStore.Working> lookUp(String id) {
        if (!enter()) {
            throw new MainstayException(
                    ErrorCode.DATABASE_UNREACHABLE, "too many keys are being looked up at the moment");
        }
        try {
            return store.working(id);
        } finally {
            lookUps.release();
        }
    }

    private boolean enter() {
        try {
            return lookUps.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// Looks the key up again at its next use: it was revoked through this node.
    public void forget(String id) {
        held.invalidate(id);
    }
}
