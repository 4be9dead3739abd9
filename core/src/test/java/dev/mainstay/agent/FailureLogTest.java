package dev.mainstay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FailureLogTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final FailureLog log = new FailureLog();

    @Test
    void success_after_success_is_no_news() {
        assertThat(log.isNews(false, 0)).isFalse();
        assertThat(log.isNews(false, SECOND)).isFalse();
    }

    @Test
    void the_first_failure_and_the_success_that_ends_it_are_news() {
        assertThat(log.isNews(true, -5 * SECOND)).isTrue();
        assertThat(log.isNews(true, -4 * SECOND)).isFalse();
        assertThat(log.isNews(false, -3 * SECOND)).isTrue();
        assertThat(log.isNews(false, -2 * SECOND)).isFalse();
        assertThat(log.isNews(true, -SECOND)).isTrue();
    }

    @Test
    void a_failure_that_goes_on_is_told_again_each_minute() {
        assertThat(log.isNews(true, 0)).isTrue();
        assertThat(log.isNews(true, 59 * SECOND)).isFalse();
        assertThat(log.isNews(true, 60 * SECOND)).isTrue();
        assertThat(log.isNews(true, 61 * SECOND)).isFalse();
    }
}
