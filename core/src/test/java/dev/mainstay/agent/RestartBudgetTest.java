package dev.mainstay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.agent.RestartBudget.Verdict;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RestartBudgetTest {
    private final RestartBudget budget = new RestartBudget(RestartPolicy.DEFAULT, new Random(1));

    private Verdict crashedAt(Duration time) {
        return budget.crashed(time.toNanos());
    }

    private static Duration delay(Verdict verdict) {
        assertThat(verdict).isInstanceOf(Verdict.Restart.class);
        return ((Verdict.Restart) verdict).after();
    }

    @Test
    void backs_off_from_a_second_doubling_with_a_fifth_of_jitter() {
        for (int crash = 0; crash < 5; crash++) {
            long nominal = 1_000L << crash;
            assertThat(delay(crashedAt(Duration.ofSeconds(crash))).toMillis())
                    .isBetween(nominal * 8 / 10 - 1, nominal * 12 / 10 + 1);
        }
    }

    @Test
    void the_sixth_crash_within_a_minute_is_one_too_many() {
        for (int crash = 0; crash < 5; crash++) {
            delay(crashedAt(Duration.ofSeconds(crash * 10L)));
        }
        assertThat(crashedAt(Duration.ofSeconds(59))).isEqualTo(new Verdict.Quarantine(6, Duration.ofSeconds(60)));
    }

    @Test
    void crashes_spread_over_more_than_the_window_never_quarantine_and_back_off_to_five_minutes() {
        Duration last = Duration.ZERO;
        for (int crash = 0; crash < 30; crash++) {
            last = delay(crashedAt(Duration.ofMinutes(2).multipliedBy(crash)));
        }
        assertThat(last).isBetween(Duration.ofMinutes(4), Duration.ofMinutes(6));
    }

    @Test
    void ten_healthy_minutes_bring_the_first_delay_back() {
        for (int crash = 0; crash < 4; crash++) {
            delay(crashedAt(Duration.ofSeconds(crash)));
        }
        assertThat(delay(crashedAt(Duration.ofMinutes(11)))).isLessThan(Duration.ofMillis(1_201));
    }
}
