package dev.mainstay.alert.notify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// Somebody outside who expects to be called.
class WatchdogFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(30);

    private static WatchdogSettings settings(LocalReceiver receiver) {
        return new WatchdogSettings(Samples.secret(receiver.url().toString()), Duration.ofSeconds(10), true);
    }

    @Test
    void it_is_called_once_in_its_time_and_only_after_rounds() throws Exception {
        try (LocalReceiver receiver = LocalReceiver.saying("200 OK", "")) {
            AtomicLong nanos = new AtomicLong();
            MonotonicClock clock = nanos::get;
            Watchdog watchdog = new Watchdog(settings(receiver), clock);
            watchdog.roundSucceeded();
            assertThat(receiver.requests.poll(10, TimeUnit.SECONDS)).isNotNull();
            nanos.addAndGet(Duration.ofSeconds(7).toNanos());
            watchdog.roundSucceeded();
            assertThat(receiver.requests).isEmpty();
            nanos.addAndGet(Duration.ofSeconds(2).toNanos());
            Eventually.holds("it is called again", BOUND, () -> {
                watchdog.roundSucceeded();
                return !receiver.requests.isEmpty();
            });
            assertThat(receiver.requests).hasSize(1);
        }
    }

    @Test
    void a_fleet_at_rest_calls_and_one_whose_engine_cannot_look_does_not() throws Exception {
        try (LocalReceiver receiver = LocalReceiver.saying("200 OK", "");
                TestDatabase test = TestDatabase.create();
                Fleet _ = Fleet.builder()
                        .database(test.database())
                        .watchdog(settings(receiver))
                        .start()) {
            assertThat(receiver.requests.poll(BOUND.toSeconds(), TimeUnit.SECONDS))
                    .isNotNull();
            assertThat(receiver.requests.poll(BOUND.toSeconds(), TimeUnit.SECONDS))
                    .isNotNull();
            try (var superuser = test.superuser();
                    var statement = superuser.createStatement()) {
                statement.execute("ALTER TABLE mainstay.alert_rules RENAME TO gone");
            }
            receiver.requests.clear();
            assertThat(receiver.requests.poll(25, TimeUnit.SECONDS)).isNull();
        }
    }
}
