package dev.mainstay.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AnomalyDetectorTest {
    private final Synthetic series = new Synthetic(1);

    @Test
    void a_spike_is_told_at_once_and_in_words_of_its_hour() {
        series.days(16, DoubleUnaryOperator.identity());
        Verdict verdict = series.next(series.daily() + 60);
        assertThat(verdict.isAnomaly()).isTrue();
        assertThat(verdict.why()).contains("× the 99th percentile of its usual deviation for Wednesday 00:00");
        assertThat(verdict.expected()).isBetween(55.0, 65.0);
        assertThat(verdict.low()).isLessThan(verdict.expected());
        assertThat(verdict.high()).isBetween(verdict.expected(), 80.0);
    }

    @Test
    void a_value_usual_for_noon_is_unusual_at_night() {
        series.days(16, DoubleUnaryOperator.identity());
        Verdict noonAtNight = series.next(140);
        assertThat(noonAtNight.isAnomaly()).isTrue();
        series.days(0.5, DoubleUnaryOperator.identity());
        assertThat(series.next(140).score()).isZero();
    }

    @Test
    void a_shift_that_lasts_is_told_within_hours_though_no_value_is_an_extreme() {
        series.days(16, DoubleUnaryOperator.identity());
        List<Verdict> shifted = series.days(0.2, value -> value + 18);
        assertThat(shifted).anyMatch(verdict -> verdict.score() > 6);
        assertThat(shifted).filteredOn(verdict -> verdict.score() > 3).hasSizeLessThan(8);
    }

    @Test
    void a_flat_line_is_told_though_its_value_is_a_usual_one() {
        for (int i = 0; i < 2000; i++) {
            series.next(50 + 5 * series.noise());
        }
        List<Verdict> flat = Stream.generate(() -> series.next(50)).limit(100).toList();
        assertThat(flat).anyMatch(verdict -> verdict.surprise() > 6);
    }

    @Test
    void a_gap_longer_than_ever_is_told_by_the_point_after_it() {
        series.days(10, DoubleUnaryOperator.identity());
        series.pause(3 * 24 * 3600 * 1000L);
        Verdict verdict = series.next(series.daily());
        assertThat(verdict.why()).startsWith("no value for 3 days, the longest gap before was 5 minutes");
    }

    @Test
    void a_burst_of_noise_is_told() {
        series.days(16, DoubleUnaryOperator.identity());
        List<Verdict> restless = series.days(0.3, value -> value + 12 * series.noise());
        assertThat(Synthetic.alarms(restless)).isPositive();
    }

    @Test
    void a_day_without_its_noon_is_told() {
        series.days(16.3, DoubleUnaryOperator.identity());
        List<Verdict> missing = series.days(0.4, value -> 60 + 2 * series.noise());
        assertThat(Synthetic.alarms(missing)).isPositive();
    }

    @Test
    void an_incident_is_told_once_and_not_with_every_point() {
        series.days(16, DoubleUnaryOperator.identity());
        List<Verdict> incident = series.days(0.5, value -> value + 80 + 5 * series.noise());
        assertThat(Synthetic.alarms(incident)).isBetween(1L, 4L);
    }

    @Test
    void a_quiet_series_has_no_alarm() {
        assertThat(Synthetic.alarms(series.days(28, DoubleUnaryOperator.identity())))
                .isZero();
    }

    @Test
    void the_budget_is_a_positive_number_of_alarms_a_week() {
        assertThat(AnomalyDetector.withBudget(2).budget()).isEqualTo(2);
        for (double budget : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> AnomalyDetector.withBudget(budget))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("false alarms a week");
        }
    }
}
