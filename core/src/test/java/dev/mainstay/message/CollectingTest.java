package dev.mainstay.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.concurrent.Threads;
import dev.mainstay.testing.Eventually;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CollectingTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    @Test
    void looks_for_a_while_when_something_is_expected_and_never_otherwise() {
        AtomicInteger looks = new AtomicInteger();
        try (Collecting collecting = new Collecting(looks::incrementAndGet)) {
            Threads.pause(Duration.ofMillis(100));
            assertThat(looks).hasValue(0);

            collecting.expect();

            Eventually.holds("it looks for its while", BOUND, () -> looks.get() == 250);
            Threads.pause(Duration.ofMillis(100));
            assertThat(looks).hasValue(250);
        }
    }
}
