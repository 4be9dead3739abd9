package dev.mainstay.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplesTest {
    @Test
    void the_median_is_the_middle_one_in_order_of_size() {
        assertThat(Samples.of(List.of(9.0, 1.0, 5.0)).median()).isEqualTo(5);
        assertThat(Samples.of(List.of(9.0, 1.0, 5.0, 3.0)).median()).isEqualTo(4);
    }

    @Test
    void a_percentile_is_a_sample_that_was_seen() {
        var hundred = Samples.of(
                IntStream.rangeClosed(1, 100).asDoubleStream().boxed().toList().reversed());
        assertThat(hundred.percentile(99)).isEqualTo(99);
        assertThat(hundred.percentile(100)).isEqualTo(100);
        assertThat(hundred.percentile(0.5)).isEqualTo(1);
    }

    @Test
    void of_fifty_samples_the_99th_percentile_is_the_largest() {
        var fifty =
                Samples.of(IntStream.rangeClosed(1, 50).asDoubleStream().boxed().toList());
        assertThat(fifty.percentile(99)).isEqualTo(fifty.max()).isEqualTo(50);
    }

    @Test
    void nothing_has_no_median() {
        assertThatThrownBy(() -> Samples.of(List.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
