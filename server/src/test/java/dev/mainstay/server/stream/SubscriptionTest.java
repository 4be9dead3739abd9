package dev.mainstay.server.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.testing.TestDatabase;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SubscriptionTest {
    /// A reader that takes nothing: whoever writes to it waits until interrupted.
    private static final class Stuck extends OutputStream {
        private final CountDownLatch reached = new CountDownLatch(1);

        @Override
        public void write(int letter) throws IOException {
            reached.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                throw (IOException) new InterruptedIOException("let go").initCause(e);
            }
        }
    }

    @Test
    void who_takes_nothing_is_let_go_and_not_kept_in_memory() throws InterruptedException {
        try (TestDatabase test = TestDatabase.create()) {
            FleetWatch watch =
                    new FleetWatch(test.database().api(Organizations.DEFAULT), MonotonicClock.system(), "node-1");
            Subscription subscription = watch.follow("key", null);
            Stuck reader = new Stuck();
            CountDownLatch over = new CountDownLatch(1);
            Thread writer = Threads.startVirtual("writer", () -> {
                try {
                    subscription.writeTo(reader, () -> true);
                } catch (IOException | InterruptedException e) {
                    over.countDown();
                }
            });
            assertThat(reader.reached.await(30, TimeUnit.SECONDS)).isTrue();

            int taken = 0;
            while (subscription.give(new byte[] {1})) {
                taken++;
            }

            assertThat(taken).isLessThanOrEqualTo(64);
            assertThat(over.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(Threads.join(writer, Duration.ofSeconds(30))).isTrue();
            assertThat(watch.followers()).isZero();
        }
    }
}
