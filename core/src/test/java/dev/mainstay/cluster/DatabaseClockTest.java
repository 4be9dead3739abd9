package dev.mainstay.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.testing.ManualClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class DatabaseClockTest {
    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
    private final ManualClock monotonic = ManualClock.atEpoch();
    private final DatabaseClock clock = new DatabaseClock(monotonic, NOON);

    @Test
    void an_answer_tells_the_time_in_the_middle_of_its_way() {
        long sent = monotonic.nanos();
        monotonic.advance(Duration.ofMillis(20));
        clock.read(NOON.plusSeconds(60), sent, monotonic.nanos());
        assertThat(clock.instant()).isEqualTo(NOON.plusSeconds(60).plusMillis(10));
    }

    @Test
    void an_answer_read_by_a_process_that_was_stopped_meanwhile_does_not_set_the_clock_wrong() {
        long sent = monotonic.nanos();
        monotonic.advance(Duration.ofSeconds(12));
        clock.read(NOON.plusMillis(5), sent, monotonic.nanos());
        assertThat(clock.instant()).isEqualTo(NOON.plusSeconds(12));
    }
}
