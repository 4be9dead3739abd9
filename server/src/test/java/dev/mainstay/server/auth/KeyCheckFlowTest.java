package dev.mainstay.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.concurrent.Threads;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.postgres.PoolUse;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeyCheckFlowTest {
    private final AtomicLong nanos = new AtomicLong();
    private TestDatabase test;
    private KeyStore store;
    private KeyCheck check;

    @BeforeEach
    void open() {
        test = TestDatabase.create();
        store = new KeyStore(test.database());
        check = new KeyCheck(store, nanos::get);
    }

    @AfterEach
    void close() {
        test.close();
    }

    private KeyToken made(Role role) {
        KeyToken token = KeyToken.random();
        store.create(Organizations.DEFAULT, token, "a test", role, null);
        return token;
    }

    private boolean isKnown(KeyToken token) {
        return check.caller("Bearer " + token.reveal()).isPresent();
    }

    private void revokeElsewhere(KeyToken token) {
        store.revoke(Organizations.DEFAULT, token.id());
    }

    @Test
    void a_key_revoked_on_another_node_is_refused_within_5_seconds() {
        KeyToken token = made(Role.VIEWER);
        assertThat(isKnown(token)).isTrue();
        revokeElsewhere(token);

        nanos.addAndGet(Duration.ofSeconds(3).toNanos());
        assertThat(isKnown(token)).isTrue();
        nanos.addAndGet(Duration.ofSeconds(2).toNanos());
        assertThat(isKnown(token)).isFalse();
    }

    @Test
    void that_a_key_is_unknown_is_held_too() {
        KeyToken token = KeyToken.random();
        assertThat(isKnown(token)).isFalse();
        store.create(Organizations.DEFAULT, token, "late", Role.VIEWER, null);

        assertThat(isKnown(token)).isFalse();
        nanos.addAndGet(Duration.ofSeconds(5).toNanos());
        assertThat(isKnown(token)).isTrue();
    }

    @Test
    void strangers_who_try_keys_leave_connections_to_the_others() throws SQLException {
        List<Thread> strangers = new ArrayList<>();
        try (Connection locked = test.superuser();
                Statement statement = locked.createStatement()) {
            locked.setAutoCommit(false);
            statement.execute("LOCK TABLE mainstay.api_keys IN ACCESS EXCLUSIVE MODE");
            CountDownLatch begun = new CountDownLatch(40);
            for (int i = 0; i < 40; i++) {
                strangers.add(Threads.startVirtual("stranger", () -> tryAKey(begun)));
            }
            Eventually.holds(
                    "all of them try",
                    Duration.ofSeconds(30),
                    () -> begun.getCount() == 0 && use("api").active() > 0);

            assertThat(store.organizationName(Organizations.DEFAULT)).isEqualTo("default");
            assertThat(use("engine").active()).isZero();
            // Long before those who wait for a connection give up.
            Eventually.holds(
                    "nobody waits for a connection",
                    Duration.ofSeconds(2),
                    () -> use("api").waiting() == 0);
            locked.rollback();
        }
        strangers.forEach(stranger ->
                assertThat(Threads.join(stranger, Duration.ofSeconds(30))).isTrue());
    }

    private void tryAKey(CountDownLatch begun) {
        begun.countDown();
        try {
            check.caller("Bearer " + KeyToken.random().reveal());
        } catch (RuntimeException e) {
            // Some are sent away, which is as well.
        }
    }

    private PoolUse use(String pool) {
        return test.database().pools().stream()
                .filter(use -> use.name().equals(pool))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_caller_is_what_the_key_says() {
        KeyToken token = made(Role.OPERATOR);

        assertThat(check.caller("bearer " + token.reveal()))
                .contains(new Caller(Organizations.DEFAULT, token.id(), "a test", Role.OPERATOR));
        assertThat(check.caller("Basic " + token.reveal())).isEmpty();
        assertThat(check.caller(null)).isEmpty();
    }
}
