package dev.mainstay.anomaly;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class AlarmBudgetTest {
    private static final int SERIES = 8;
    private static final int WEEKS = 8;
    private static final long STEP = 300_000;

    /// Alarms per series and week on noise that has nothing to tell, after so many weeks of it.
    private static double rate(int after, ToDoubleFunction<Random> noise) {
        int alarms = 0;
        for (int series = 0; series < SERIES; series++) {
            var random = new Random(series);
            var detector = AnomalyDetector.withBudget(0.25);
            for (int i = 0; i < (after + WEEKS) * Synthetic.WEEK; i++) {
                boolean isAlarm =
                        detector.observe(i * STEP, noise.applyAsDouble(random)).isAnomaly();
                alarms += isAlarm && i >= after * Synthetic.WEEK ? 1 : 0;
            }
        }
        return alarms / (double) (SERIES * WEEKS);
    }

    /// Of two normal values, which is now and then enormous (a Cauchy distribution).
    private static double quotient(Random random) {
        double dividend = random.nextGaussian();
        return dividend / random.nextGaussian();
    }

    @Test
    void noise_stays_within_the_budget() {
        assertThat(rate(0, Random::nextGaussian)).isLessThanOrEqualTo(0.25);
        assertThat(rate(0, Random::nextDouble)).isLessThanOrEqualTo(0.25);
        assertThat(rate(0, random -> random.nextInt(5))).isLessThanOrEqualTo(0.25);
    }

    /// Of twenty series with a point each five seconds.
    @Test
    void dense_noise_raises_fewer_alarms_than_there_are_series_on_its_first_day() {
        int alarms = 0;
        for (int series = 0; series < 20; series++) {
            var random = new Random(series);
            var detector = AnomalyDetector.withBudget(0.25);
            for (int i = 0; i < 17_280; i++) {
                alarms += detector.observe(i * 5_000L, random.nextGaussian()).isAnomaly() ? 1 : 0;
            }
        }
        assertThat(alarms).isLessThan(14);
    }

    @Test
    void noise_with_heavy_tails_comes_to_keep_the_budget() {
        assertThat(rate(16, Random::nextExponential)).isLessThanOrEqualTo(0.35);
        assertThat(rate(16, AlarmBudgetTest::quotient)).isLessThanOrEqualTo(0.35);
    }

    /// Scores that rise above every floor come so often as the budget says, whatever their distribution.
    @Test
    void the_threshold_settles_where_the_budget_is_kept() {
        var budget = new AlarmBudget(2);
        var random = new Random(1);
        int alarms = 0;
        int weeks = 200;
        for (int i = 0; i < weeks * Synthetic.WEEK; i++) {
            alarms += budget.admits(10 + 3 * random.nextGaussian(), STEP, STEP) ? 1 : 0;
        }
        assertThat(alarms / (double) weeks).isBetween(1.9, 2.1);
    }

    @Test
    void a_budget_that_was_not_spent_does_not_lower_the_threshold_below_its_floor() {
        var budget = new AlarmBudget(2);
        assertThat(budget.admits(0, 1000 * Synthetic.WEEK * STEP, STEP)).isFalse();
        assertThat(budget.admits(AlarmBudget.LEAST - 0.01, STEP, STEP)).isFalse();
        assertThat(budget.admits(AlarmBudget.LEAST + 4, STEP, STEP)).isTrue();
    }
}
