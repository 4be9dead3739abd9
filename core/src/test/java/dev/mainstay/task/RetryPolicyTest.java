package dev.mainstay.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
    /// What `nextDouble` makes of these: 0, a half, and the largest below 1.
    private static final RandomGenerator LEAST = () -> 0;

    private static final RandomGenerator MIDDLE = () -> Long.MIN_VALUE;
    private static final RandomGenerator MOST = () -> -1;
    private static final RetryPolicy EVEN = new RetryPolicy(5, Duration.ofMillis(100), Duration.ofSeconds(1), 0);
    private static final RetryPolicy UNEVEN = new RetryPolicy(5, Duration.ofMillis(100), Duration.ofSeconds(1), 0.2);

    private static long millis(RetryPolicy policy, int failures, RandomGenerator random) {
        return policy.after(failures, random).toMillis();
    }

    @Test
    void the_wait_doubles_from_the_first_up_to_the_longest_and_stays_there() {
        assertThat(IntStream.rangeClosed(1, 6).mapToLong(failures -> millis(EVEN, failures, MOST)))
                .containsExactly(100L, 200L, 400L, 800L, 1_000L, 1_000L);
        assertThat(millis(EVEN, 1_000, MOST)).isEqualTo(1_000);
        assertThat(millis(EVEN, Integer.MAX_VALUE, LEAST)).isEqualTo(1_000);
    }

    @Test
    void a_wait_is_shortened_or_lengthened_by_as_much_as_the_jitter_and_no_more() {
        assertThat(millis(UNEVEN, 1, LEAST)).isEqualTo(80);
        assertThat(millis(UNEVEN, 1, MIDDLE)).isEqualTo(100);
        assertThat(millis(UNEVEN, 1, MOST)).isEqualTo(120);
        assertThat(millis(UNEVEN, 3, LEAST)).isEqualTo(320);
        assertThat(millis(UNEVEN, 3, MOST)).isEqualTo(480);
    }

    @Test
    void tasks_that_failed_together_do_not_come_back_together_when_they_wait_longest() {
        assertThat(millis(UNEVEN, 20, LEAST)).isEqualTo(800);
        assertThat(millis(UNEVEN, 20, MOST)).isEqualTo(1_200);
    }

    @Test
    void a_handler_may_fail_one_time_less_than_it_has_attempts() {
        assertThat(EVEN.allowsAnother(4)).isTrue();
        assertThat(EVEN.allowsAnother(5)).isFalse();
        assertThat(RetryPolicy.NEVER.allowsAnother(1)).isFalse();
    }

    @Test
    void other_attempts_change_nothing_else() {
        assertThat(UNEVEN.withAttempts(2))
                .isEqualTo(new RetryPolicy(2, Duration.ofMillis(100), Duration.ofSeconds(1), 0.2));
        assertThat(UNEVEN.withAttempts(2).allowsAnother(1)).isTrue();
        assertThat(UNEVEN.withAttempts(2).allowsAnother(2)).isFalse();
    }
}
