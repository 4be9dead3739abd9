package dev.mainstay.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.testing.ManualClock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SharedAnswerTest {
    @Test
    void it_asks_once_for_all_who_ask_within_a_while() {
        ManualClock clock = ManualClock.atEpoch();
        AtomicInteger asked = new AtomicInteger();
        SharedAnswer<Integer> answer = new SharedAnswer<>(asked::incrementAndGet, Duration.ofMillis(500), clock);

        assertThat(answer.get()).isEqualTo(1);
        clock.advance(Duration.ofMillis(499));
        assertThat(answer.get()).isEqualTo(1);
        clock.advance(Duration.ofMillis(1));
        assertThat(answer.get()).isEqualTo(2);
    }
}
