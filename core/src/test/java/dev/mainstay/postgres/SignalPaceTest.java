package dev.mainstay.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.testing.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SignalPaceTest {
    private final ManualClock clock = ManualClock.atEpoch();
    private final SignalPace pace = new SignalPace(clock);

    /// How long each of so many is waited for, sent as fast as they may be.
    private List<Long> waits(int signals) {
        return Stream.generate(() -> {
                    Duration wait = pace.sent();
                    clock.advance(wait);
                    return wait.toMillis();
                })
                .limit(signals)
                .toList();
    }

    @Test
    void ten_go_at_once_and_then_one_each_three_milliseconds() {
        assertThat(waits(13)).containsExactly(0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 3L, 3L, 3L, 3L);
    }

    @Test
    void what_comes_more_seldom_never_waits() {
        for (int i = 0; i < 100; i++) {
            assertThat(pace.sent()).isZero();
            clock.advance(Duration.ofMillis(3));
        }
    }

    @Test
    void after_however_long_a_silence_ten_go_at_once_and_no_more() {
        waits(20);
        clock.advance(Duration.ofHours(1));

        assertThat(waits(11)).containsExactly(0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 3L, 3L);
    }
}
