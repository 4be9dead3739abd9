package dev.mainstay.anomaly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.anomaly.Verdict.Treatment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BadPointsTest {
    private static final long MINUTE = 60_000;
    private static final long YEAR = 366L * 24 * 60 * MINUTE;

    private final AnomalyDetector detector = AnomalyDetector.withBudget(0.25);
    private long time;

    private List<Verdict> feed(int points) {
        List<Verdict> verdicts = new ArrayList<>();
        for (int i = 0; i < points; i++) {
            time += MINUTE;
            verdicts.add(detector.observe(time, (double) (10 + time / MINUTE % 7)));
        }
        return verdicts;
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void what_is_no_number_is_not_learned(double value) {
        feed(500);
        byte[] before = DetectorState.save(detector);
        assertThat(detector.observe(time + MINUTE, value).treatment()).isEqualTo(Treatment.NO_VALUE);
        assertThat(DetectorState.save(detector)).isEqualTo(before);
    }

    @Test
    void a_repeated_point_is_not_learned_twice_even_with_another_value() {
        feed(500);
        byte[] before = DetectorState.save(detector);
        assertThat(detector.observe(time, 1e9).treatment()).isEqualTo(Treatment.REPEATED);
        assertThat(DetectorState.save(detector)).isEqualTo(before);
    }

    @Test
    void late_points_are_refused_and_change_no_later_score() {
        feed(500);
        for (int i = 100; i > 0; i--) {
            assertThat(detector.observe(time - i * MINUTE, 1e9).treatment()).isEqualTo(Treatment.LATE);
        }
        assertThat(feed(100)).allMatch(verdict -> verdict.score() < 6);
    }

    @Test
    void a_point_of_the_far_future_does_not_make_the_present_late() {
        feed(500);
        assertThat(detector.observe(time + 2 * YEAR, 12).treatment()).isEqualTo(Treatment.FUTURE);
        assertThat(detector.observe(Long.MAX_VALUE, 12).treatment()).isEqualTo(Treatment.FUTURE);
        assertThat(feed(1)).extracting(Verdict::treatment).containsExactly(Treatment.SCORED);
    }

    @Test
    void a_clock_that_was_set_ahead_for_good_is_believed_after_eight_points() {
        feed(500);
        time += 2 * YEAR;
        List<Verdict> verdicts = feed(10);
        assertThat(verdicts.subList(0, 7)).allMatch(verdict -> verdict.treatment() == Treatment.FUTURE);
        assertThat(verdicts.subList(7, 10)).allMatch(verdict -> verdict.treatment() == Treatment.SCORED);
    }

    @Test
    void a_clock_that_was_set_back_for_good_is_believed_after_300_points() {
        feed(1500);
        time -= 1200 * MINUTE;
        List<Verdict> verdicts = feed(400);
        assertThat(verdicts.get(298).treatment()).isEqualTo(Treatment.LATE);
        assertThat(verdicts.get(299).treatment()).isEqualTo(Treatment.SCORED);
    }

    @Test
    void a_gap_of_days_is_told_once_and_the_series_goes_on() {
        feed(2000);
        time += 5L * 24 * 60 * MINUTE;
        List<Verdict> verdicts = feed(500);
        assertThat(verdicts.getFirst().why()).startsWith("no value for 5 days");
        assertThat(verdicts.subList(1, 500)).allMatch(verdict -> verdict.score() < 6);
    }

    @Test
    void a_constant_series_is_usual_until_it_changes() {
        for (int i = 0; i < 3000; i++) {
            assertThat(detector.observe(time += MINUTE, 42).surprise()).isLessThan(1);
        }
        Verdict change = detector.observe(time + MINUTE, 42.001);
        assertThat(change.isAnomaly()).isTrue();
        assertThat(change.why()).isEqualTo("value 42 is beyond everything seen before (42 to 42)");
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.MAX_VALUE, 1e308, 1e300, 1e9, 1, 1e-300, Double.MIN_VALUE, 0})
    void values_of_any_size_give_finite_verdicts_and_readable_states(double size) {
        for (int i = 0; i < 3000; i++) {
            double value = (i % 97 == 0 ? -1 : i % 11 / 11.0) * size;
            assertFinite(detector.observe(time += MINUTE, value));
        }
        assertThat(DetectorState.load(DetectorState.save(detector), 0.25)).isNotNull();
    }

    @Test
    void values_at_both_ends_of_the_doubles_are_compared_without_overflow() {
        for (int i = 0; i < 1000; i++) {
            assertFinite(detector.observe(time += MINUTE, i % 2 == 0 ? Double.MAX_VALUE : -Double.MAX_VALUE));
        }
        assertThat(detector.observe(time + MINUTE, 0).expected()).isNotZero();
    }

    private static void assertFinite(Verdict verdict) {
        assertThat(verdict.score()).isFinite();
        assertThat(verdict.surprise()).isFinite().isNotNegative();
        if (verdict.treatment() == Treatment.SCORED) {
            assertThat(verdict.expected()).isFinite();
            assertThat(verdict.low()).isFinite().isLessThanOrEqualTo(verdict.high());
            assertThat(verdict.high()).isFinite();
        }
    }

    @Test
    void a_wild_first_reading_does_not_blind_the_detector() {
        detector.observe(time, 1e300);
        feed(2000);
        assertThat(detector.observe(time + MINUTE, 60).isAnomaly()).isTrue();
    }

    @Test
    void a_series_that_moved_to_quite_another_size_is_learned_anew() {
        feed(500);
        for (int i = 0; i < 3000; i++) {
            detector.observe(time += MINUTE, 1e15 + i % 7);
        }
        assertThat(detector.observe(time + MINUTE, 1e15 + 60).isAnomaly()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 1_000, 10_000, 3_600_000, 86_400_000})
    void the_same_configuration_serves_every_interval(long interval) {
        var noise = new Random(3);
        for (int i = 0; i < 3000; i++) {
            detector.observe(time += interval, 10 + noise.nextGaussian());
        }
        Verdict verdict = detector.observe(time + interval, 40);
        assertThat(verdict.isAnomaly()).isTrue();
    }
}
