package dev.mainstay.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.concurrent.Signal;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SignalsFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final String TRIED = """
            SELECT EXISTS (
                SELECT FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'mainstay/test/control'
                    AND state = 'idle' AND query LIKE '%pg_notify%')
            """;

    /// A listener is called once when it starts to hear, which is what a test waits for.
    private static void awaitListening(Signals signals) throws Exception {
        Signal listening = new Signal();
        Runnable stop = signals.on("ready", listening::raise);
        while (!signals.isListening()) {
            listening.await(Duration.ofMillis(20));
        }
        stop.run();
    }

    @Test
    void one_node_wakes_another() throws Exception {
        try (TestDatabase test = TestDatabase.create();
                Database other = Database.open(test.config().node("other").build());
                Signals sending = Signals.start(test.database());
                Signals hearing = Signals.start(other)) {
            awaitListening(hearing);
            Signal heard = new Signal();
            hearing.on("state", heard::raise);
            AtomicInteger elsewhere = new AtomicInteger();
            hearing.on("agents", elsewhere::incrementAndGet);

            sending.notify("state");

            assertThat(heard.await(BOUND)).isTrue();
            assertThat(elsewhere).hasValue(0);
        }
    }

    @Test
    void many_notifications_are_sent_as_few() throws Exception {
        try (TestDatabase test = TestDatabase.create();
                Signals signals = Signals.start(test.database())) {
            awaitListening(signals);
            AtomicInteger times = new AtomicInteger();
            Signal last = new Signal();
            signals.on("busy", times::incrementAndGet);
            signals.on("last", last::raise);
            for (int i = 0; i < 10_000; i++) {
                signals.notify("busy");
            }
            signals.notify("last");

            assertThat(last.await(BOUND)).isTrue();
            // Said together, they may be heard in either order.
            Eventually.holds("the other topic is heard", BOUND, () -> times.get() > 0);
            assertThat(times.get()).isLessThanOrEqualTo(20);
        }
    }

    @Test
    void a_listener_that_was_cut_off_comes_back_and_everyone_looks_once() throws Exception {
        try (TestDatabase test = TestDatabase.create();
                Signals signals = Signals.start(test.database())) {
            awaitListening(signals);
            Signal heard = new Signal();
            signals.on("state", heard::raise);

            try (var superuser = test.superuser();
                    var statement = superuser.createStatement()) {
                statement.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'mainstay/test/listen'");
            }

            assertThat(heard.await(BOUND)).as("looks after it came back").isTrue();
            signals.notify("state");
            assertThat(heard.await(BOUND)).as("hears again").isTrue();
        }
    }

    @Test
    void a_listener_that_throws_does_not_stop_the_others() throws Exception {
        try (TestDatabase test = TestDatabase.create();
                Signals signals = Signals.start(test.database())) {
            awaitListening(signals);
            Signal heard = new Signal();
            signals.on("state", () -> {
                throw new IllegalStateException("thrown on purpose");
            });
            signals.on("state", heard::raise);

            signals.notify("state");

            assertThat(heard.await(BOUND)).isTrue();
        }
    }

    @Test
    void what_could_not_be_sent_is_sent_later() throws Exception {
        try (TestDatabase test = TestDatabase.create();
                Signals signals = Signals.start(test.database());
                var superuser = test.superuser();
                var statement = superuser.createStatement()) {
            awaitListening(signals);
            Signal heard = new Signal();
            signals.on("state", heard::raise);
            statement.execute("REVOKE EXECUTE ON FUNCTION pg_notify(text, text) FROM PUBLIC");

            signals.notify("state");
            Eventually.holds(
                    "it was tried in vain",
                    BOUND,
                    () -> test.database()
                            .read(handle -> handle.createQuery(TRIED)
                                    .mapTo(Boolean.class)
                                    .one()));
            statement.execute("GRANT EXECUTE ON FUNCTION pg_notify(text, text) TO PUBLIC");

            assertThat(heard.await(BOUND)).isTrue();
        }
    }
}
