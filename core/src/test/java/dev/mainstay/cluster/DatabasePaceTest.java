package dev.mainstay.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.DatabaseSlowness;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DatabasePaceTest {
    private final DatabasePace pace = new DatabasePace();

    private void answered(int times, long millis) {
        for (int i = 0; i < times; i++) {
            pace.answered(Duration.ofMillis(millis).toNanos());
        }
    }

    private boolean isSlow() {
        return !pace.slowness().isNone();
    }

    @Test
    void the_worst_since_it_became_slow_is_told() {
        answered(300, 4);
        answered(3, 40);
        assertThat(pace.slowness()).isEqualTo(new DatabaseSlowness(10, 40));
        answered(3, 20);
        assertThat(pace.slowness()).isEqualTo(new DatabaseSlowness(10, 40));
        answered(30, 20);
        assertThat(pace.slowness()).isEqualTo(new DatabaseSlowness(10, 40));
        pace.interrupted();
        assertThat(pace.slowness()).isEqualTo(DatabaseSlowness.UNKNOWN);
        answered(17, 4);
        assertThat(pace.slowness()).isEqualTo(DatabaseSlowness.NONE);
        answered(3, 20);
        assertThat(pace.slowness()).isEqualTo(new DatabaseSlowness(5, 20));
    }

    @Test
    void most_of_the_newest_answers_decide() {
        answered(300, 4);
        answered(2, 400);
        assertThat(isSlow()).as("two of five").isFalse();
        answered(1, 12);
        assertThat(isSlow()).isTrue();
        answered(3, 11);
        answered(13, 4);
        assertThat(isSlow())
                .as("ticks that were slow with it are still looked at")
                .isTrue();
        answered(1, 4);
        assertThat(isSlow()).as("less than three times as long").isFalse();
    }

    @Test
    void a_lost_connection_counts_as_slow_for_a_while() {
        assertThat(isSlow()).as("a node that has just started").isFalse();
        answered(300, 4);
        pace.interrupted();
        answered(14, 4);
        assertThat(isSlow()).isTrue();
        answered(1, 4);
        assertThat(isSlow()).isFalse();
    }

    @Test
    void what_has_been_so_for_long_is_usual() {
        answered(900, 4);
        answered(3_600, 40);
        assertThat(isSlow()).as("an hour").isTrue();
        answered(460, 40);
        assertThat(isSlow()).isFalse();
    }

    @Test
    void what_comes_and_goes_for_long_hides_its_moments_alone() {
        answered(300, 4);
        for (int i = 0; i < 100; i++) {
            answered(3, 40);
            answered(10, 4);
            assertThat(isSlow()).as("at first").isTrue();
        }
        for (int i = 0; i < 200; i++) {
            answered(3, 40);
            answered(10, 4);
        }
        assertThat(isSlow()).as("after an hour of it").isFalse();
        answered(3, 40);
        assertThat(isSlow()).as("while it is slow").isTrue();
    }

    @Test
    void a_few_answers_and_a_few_milliseconds_say_nothing() {
        answered(49, 1);
        answered(10, 40);
        assertThat(isSlow()).as("not known what is usual").isFalse();
        DatabasePaceTest quick = new DatabasePaceTest();
        quick.answered(100, 1);
        quick.answered(10, 4);
        assertThat(quick.isSlow()).as("four times as long, and still quick").isFalse();
    }
}
