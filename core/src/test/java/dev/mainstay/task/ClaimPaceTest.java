package dev.mainstay.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ClaimPaceTest {
    // Just before the numbers of nanoseconds begin anew, as they may.
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 10_000_000);
    private final ClaimPace pace = new ClaimPace(nanos::get);

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private void claimThatTakes(Duration time) {
        int claimed = pace.measured(() -> {
            pass(time);
            return 7;
        });
        assertThat(claimed).isEqualTo(7);
    }

    private void assertDueIn(Duration time) {
        assertThat(pace.isDue()).isFalse();
        pass(time.minusNanos(1));
        assertThat(pace.isDue()).isFalse();
        pass(Duration.ofNanos(1));
        assertThat(pace.isDue()).isTrue();
    }

    @Test
    void the_first_claim_is_due_at_once() {
        assertThat(pace.isDue()).isTrue();
    }

    @Test
    void at_most_a_twentieth_of_the_time_goes_into_claims() {
        claimThatTakes(Duration.ofMillis(2));
        assertDueIn(Duration.ofMillis(38));
        claimThatTakes(Duration.ofMillis(300));
        assertDueIn(Duration.ofMillis(5_700));
    }

    @Test
    void two_claims_are_never_further_apart_than_ten_seconds_or_the_claim_itself() {
        claimThatTakes(Duration.ofSeconds(4));
        assertDueIn(Duration.ofSeconds(6));
        claimThatTakes(Duration.ofSeconds(12));
        assertThat(pace.isDue()).isTrue();
    }
}
