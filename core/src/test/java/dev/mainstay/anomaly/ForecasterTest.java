package dev.mainstay.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.function.LongToDoubleFunction;
import org.junit.jupiter.api.Test;

class ForecasterTest {
    private static final long HOUR = 3600 * 1000;
    private static final long DAY = 24 * HOUR;

    private final Forecaster forecaster = new Forecaster();
    private final Random random = new Random(4);
    private long time = Instant.parse("2026-03-02T00:00:00Z").toEpochMilli();

    private void feed(int hours, LongToDoubleFunction of) {
        for (int i = 0; i < hours; i++) {
            forecaster.observe(time, of.applyAsDouble(time));
            time += HOUR;
        }
    }

    private double daily(long at) {
        return 100 + 50 * Math.sin(2 * Math.PI * (at % DAY) / DAY) + random.nextGaussian();
    }

    private static boolean isWeekend(long at) {
        return (at / DAY + 3) % 7 >= 5;
    }

    private Forecast after(int hours) {
        return forecaster.after(Duration.ofHours(hours)).orElseThrow();
    }

    @Test
    void a_daily_course_is_expected_to_go_on() {
        feed(20 * 24, this::daily);
        for (int hours = 1; hours < 24; hours++) {
            Forecast forecast = after(hours);
            double phase = 2 * Math.PI * ((time - 2 * HOUR + hours * HOUR) % DAY) / DAY;
            assertThat(forecast.expected()).isCloseTo(100 + 50 * Math.sin(phase), within(4.0));
            assertThat(forecast.method()).contains("day");
        }
    }

    @Test
    void a_week_in_which_weekends_differ_is_told_from_a_day() {
        feed(40 * 24, at -> daily(at) + (isWeekend(at) ? -60 : 0));
        assertThat(after(20).method()).contains("week");
    }

    @Test
    void a_trend_is_continued_and_a_limit_seen_coming() {
        long start = time;
        feed(300, at -> 2.0 * (at - start) / HOUR + random.nextGaussian());
        double now = after(1).expected();
        assertThat(after(11).expected() - now).isBetween(10.0, 25.0);
        Duration left = forecaster.timeTo(now + 20, Duration.ofDays(2)).orElseThrow();
        assertThat(left).isBetween(Duration.ofHours(4), Duration.ofHours(13));
        assertThat(forecaster.timeTo(now + 20_000, Duration.ofDays(2))).isEmpty();
    }

    @Test
    void nine_of_ten_values_are_within_the_band() {
        int inside = 0;
        feed(30 * 24, this::daily);
        for (int i = 0; i < 500; i++) {
            Forecast forecast = after(2); // the step after the one that is not whole yet
            double value = daily(time);
            feed(1, at -> value);
            inside += value >= forecast.low() && value <= forecast.high() ? 1 : 0;
        }
        assertThat(inside).isBetween(425, 475);
    }

    @Test
    void there_is_no_forecast_without_a_ground() {
        assertThat(forecaster.after(Duration.ofHours(1))).isEmpty();
        assertThat(forecaster.timeTo(1, Duration.ofDays(1))).isEmpty();
        feed(3, this::daily);
        assertThat(forecaster.after(Duration.ofHours(1))).isEmpty();
    }

    @Test
    void bad_points_change_nothing() {
        feed(20 * 24, this::daily);
        Forecast before = after(5);
        forecaster.observe(time, Double.NaN);
        forecaster.observe(time - 5 * HOUR, 1e9);
        forecaster.observe(time + 800 * DAY, 1e9);
        assertThat(after(5)).isEqualTo(before);
    }

    @Test
    void gaps_and_the_largest_values_do_not_break_it() {
        for (int i = 0; i < 400; i++) {
            feed(1, at -> random.nextInt(3) == 0 ? Double.MAX_VALUE : random.nextBoolean() ? 1e38 : -1e38);
            time += i % 50 == 0 ? 40 * DAY : 0;
        }
        Forecast forecast = forecaster.after(Duration.ofDays(30)).orElseThrow();
        assertThat(forecast.expected()).isFinite();
        assertThat(forecast.low()).isFinite().isLessThan(forecast.high());
    }
}
