package dev.mainstay.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SurpriseTailTest {
    private final SurpriseTail tail = new SurpriseTail();
    private final Random random = new Random(2);

    private void learn(int residuals, double scale) {
        for (int i = 0; i < residuals; i++) {
            tail.observe(scale * random.nextDouble());
        }
    }

    @Test
    void the_surprise_is_the_logarithm_of_how_rare_the_residual_is() {
        learn(20_000, 1);
        assertThat(tail.observe(0.5)).isCloseTo(-Math.log10(0.5), within(0.1));
        assertThat(tail.observe(0.92)).isCloseTo(-Math.log10(0.08), within(0.4));
    }

    @Test
    void what_was_never_seen_is_the_more_surprising_the_farther_it_is() {
        learn(5000, 1);
        double twice = tail.observe(2);
        double tenTimes = tail.observe(10);
        assertThat(twice).isGreaterThan(3.5);
        assertThat(tenTimes).isGreaterThan(twice + 1);
    }

    @Test
    void it_does_not_depend_on_the_scale() {
        learn(1000, 1e12);
        var small = new SurpriseTail();
        var same = new Random(2);
        for (int i = 0; i < 1000; i++) {
            small.observe(same.nextDouble());
        }
        assertThat(tail.observe(3e12)).isCloseTo(small.observe(3), within(1e-6));
    }

    @Test
    void nothing_is_surprising_before_30_residuals() {
        learn(29, 1);
        assertThat(tail.observe(1000)).isZero();
    }

    @Test
    void a_first_residual_much_larger_than_all_others_is_got_over() {
        tail.observe(1e15);
        learn(5000, 1);
        assertThat(tail.limit()).isBetween(0.9, 1.3);
        assertThat(tail.observe(8)).isGreaterThan(4);
    }

    @Test
    void a_first_residual_much_smaller_than_all_others_is_got_over() {
        tail.observe(1e-15);
        learn(5000, 1);
        assertThat(tail.limit()).isBetween(0.9, 1.3);
        assertThat(tail.observe(8)).isGreaterThan(4);
    }
}
