package dev.mainstay.bench.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mainstay.bench.anomaly.LabelledSeries.Span;
import dev.mainstay.bench.anomaly.NumentaScore.Profile;
import dev.mainstay.bench.anomaly.NumentaScore.Result;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Held against cases worked out by hand: 100 rows, of which 15 are probation, and a window of ten rows, 50 to 59.
class NumentaScoreTest {
    private static final int LENGTH = 100;

    private final NumentaScore score = new NumentaScore();
    private final double[] scores = new double[LENGTH];

    private static LabelledSeries series(Span... windows) {
        return new LabelledSeries("by-hand", new long[LENGTH], new double[LENGTH], List.of(windows));
    }

    private Result best(Profile profile) {
        score.add(series(new Span(50, 59)), scores);
        return score.best(profile);
    }

    @Test
    void a_detection_at_the_first_row_of_the_window_is_perfect() {
        scores[50] = 1;
        Result result = best(Profile.STANDARD);
        assertThat(result.score()).isCloseTo(100, within(1e-9));
        assertThat(result.hit()).isEqualTo(1);
        assertThat(result.falseRows()).isZero();
        assertThat(result.threshold()).isEqualTo(1);
    }

    /// Row 55 is at −(59 − 55 + 1) / 10 = −0.5: (2 / (1 + e^−2.5) − 1) / (2 / (1 + e^−5) − 1) = 0.848284 / 0.986614.
    @Test
    void a_detection_in_the_middle_is_worth_less() {
        scores[55] = 1;
        assertThat(best(Profile.STANDARD).score()).isCloseTo(100 * (0.859793 + 1) / 2, within(1e-3));
    }

    @Test
    void only_the_earliest_detection_of_a_window_counts() {
        scores[50] = 1;
        scores[55] = 2;
        scores[57] = 2;
        assertThat(best(Profile.STANDARD).score()).isCloseTo(100, within(1e-9));
    }

    /// Before the first window a detection is worth −1, times 0.11: 100 · (1 − 0.11 + 1) / 2.
    @Test
    void a_false_alarm_before_the_window_costs_the_whole_weight() {
        scores[20] = 2;
        scores[50] = 1;
        assertThat(best(Profile.STANDARD).score()).isCloseTo(94.5, within(1e-9));
    }

    @Test
    void it_costs_twice_as_much_where_false_alarms_are_to_be_few() {
        scores[20] = 2;
        scores[50] = 1;
        assertThat(best(Profile.LOW_FALSE_ALARMS).score()).isCloseTo(89, within(1e-9));
    }

    /// Row 68 is (68 − 59) / (59 − 50) = 1 behind: 2 / (1 + e^5) − 1 = −0.986614.
    @Test
    void a_false_alarm_behind_the_window_costs_by_its_distance() {
        scores[68] = 2;
        scores[50] = 1;
        assertThat(best(Profile.STANDARD).score()).isCloseTo(100 * (1 - 0.11 * 0.986614 + 1) / 2, within(1e-3));
    }

    @Test
    void what_is_in_probation_does_not_count() {
        scores[14] = 5;
        scores[50] = 1;
        assertThat(best(Profile.STANDARD).score()).isCloseTo(100, within(1e-9));
    }

    @Test
    void the_threshold_leaves_out_what_would_cost_more_than_it_brings() {
        scores[50] = 2;
        scores[20] = 1;
        scores[21] = 1;
        Result result = best(Profile.STANDARD);
        assertThat(result.threshold()).isEqualTo(2);
        assertThat(result.score()).isCloseTo(100, within(1e-9));
    }

    @Test
    void to_find_nothing_is_worth_nothing() {
        Result result = best(Profile.STANDARD);
        assertThat(result.score()).isZero();
        assertThat(result.hit()).isZero();
    }

    /// Of two windows one is found at its first row; a missed one costs 2: (1 − 2 + 4) / (2 + 4).
    @Test
    void a_missed_window_costs_twice_where_misses_are_to_be_few() {
        scores[50] = 1;
        score.add(series(new Span(50, 59), new Span(80, 89)), scores);
        assertThat(score.best(Profile.LOW_MISSES).score()).isCloseTo(50, within(1e-9));
    }

    @Test
    void windows_of_several_series_are_told_apart() {
        scores[50] = 1;
        score.add(series(new Span(50, 59)), scores);
        score.add(series(new Span(50, 59)), scores);
        Result result = score.best(Profile.STANDARD);
        assertThat(result.hit()).isEqualTo(2);
        assertThat(result.windows()).isEqualTo(2);
        assertThat(result.score()).isCloseTo(100, within(1e-9));
    }
}
