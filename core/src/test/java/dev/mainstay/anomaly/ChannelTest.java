package dev.mainstay.anomaly;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/// Each channel alone, fed a minute apart from a Monday on.
class ChannelTest {
    private static final long MINUTE = 60_000;
    private static final int DAY = 24 * 60;

    private final Window window = new Window();
    private final Random random = new Random(6);
    private final Scale scale = new Scale();
    private int minutes;
    private Sample newest = sample(0);

    ChannelTest() {
        for (int i = 0; i < Scale.FIRST; i++) {
            scale.hold(i % 2 == 0 ? 1 : -1); // origin and unit 1, so that the values below stand in the words
        }
    }

    private Sample sample(double value) {
        return new Sample(Synthetic.START + minutes * MINUTE, scale.of(value), MINUTE, MINUTE);
    }

    private double next(Channel channel, double value) {
        newest = sample(value);
        minutes++;
        window.push(newest.value());
        return channel.observe(newest);
    }

    /// The largest surprise of so many points.
    private double feed(Channel channel, int points, IntToDoubleFunction of) {
        double largest = 0;
        for (int i = 0; i < points; i++) {
            largest = Math.max(largest, next(channel, of.applyAsDouble(minutes)));
        }
        return largest;
    }

    private double noise() {
        return random.nextGaussian();
    }

    private String words(Channel channel) {
        return channel.words(new Wording(scale, newest));
    }

    private static double hour(int minute) {
        return Math.floorDiv(minute % DAY, 60);
    }

    @Test
    void the_season_knows_what_is_usual_at_an_hour() {
        var channel = new SeasonalLevel();
        feed(channel, 15 * DAY, minute -> 10 * hour(minute) + noise());
        assertThat(next(channel, 3)).isLessThan(3);
        assertThat(next(channel, 230)).isGreaterThan(6);
        assertThat(words(channel))
                .contains("× the 99th percentile of its usual deviation for Tuesday 00:00 (230, expected ");
        feed(channel, 23 * 60, minute -> 10 * hour(minute) + noise());
        assertThat(next(channel, 230)).isLessThan(3);
    }

    @Test
    void the_season_tells_a_saturday_from_other_days() {
        var channel = new SeasonalLevel();
        feed(channel, 33 * DAY + 120, minute -> (minute / DAY % 7 == 5 ? 50 : 0) + noise());
        assertThat(channel.expected()).isGreaterThan(20);
    }

    @Test
    void the_smoothed_season_sees_small_deviations_that_last() {
        var channel = new SmoothedLevel(window);
        feed(channel, 10 * DAY + 12 * 60, minute -> hour(minute) + noise());
        double before = feed(channel, 60, minute -> hour(minute) + noise());
        double after = feed(channel, 15, minute -> hour(minute) + 4 + noise());
        assertThat(after).isGreaterThan(4).isGreaterThan(before + 1);
        assertThat(words(channel)).startsWith("12-minute mean is ").endsWith("usual deviation for 13:00");
    }

    @Test
    void a_shift_of_the_level_is_seen_in_both_directions() {
        var channel = new LevelShift(window);
        feed(channel, 3000, minute -> noise());
        assertThat(feed(channel, 48, minute -> 1.5 + noise())).isGreaterThan(4);
        assertThat(words(channel)).startsWith("48-minute mean has risen against that of the 4.8 hours before by ");
        feed(channel, 2000, minute -> noise());
        assertThat(feed(channel, 48, minute -> -1.5 + noise())).isGreaterThan(4);
        assertThat(words(channel)).contains("has fallen");
    }

    @Test
    void values_that_jump_more_or_less_than_before_are_seen() {
        var channel = new Volatility(window);
        feed(channel, 3000, minute -> noise());
        assertThat(feed(channel, 24, minute -> 4 * noise())).isGreaterThan(4);
        assertThat(words(channel))
                .matches("over 24 minutes values moved [3-5].\\d× as much as in the 4.8 hours before");
        feed(channel, 1000, minute -> noise());
        assertThat(feed(channel, 24, minute -> 0.1 * noise())).isGreaterThan(3.5);
    }

    @Test
    void a_course_unlike_all_remembered_is_seen_though_its_values_are_usual() {
        var channel = new ShapeNovelty(window);
        IntToDoubleFunction saw = minute -> minute % 40 + 0.3 * noise();
        feed(channel, 3000, saw);
        double usual = feed(channel, 400, saw);
        double flatTop = feed(channel, 40, minute -> 20 + 0.3 * noise());
        assertThat(flatTop).isGreaterThan(usual + 1).isGreaterThan(4);
        assertThat(words(channel)).startsWith("the course of the last 40 minutes is like none remembered");
    }

    @Test
    void an_extreme_is_new_when_it_is_clearly_beyond_the_range_so_far() {
        var channel = new NewExtreme("", Sample::value);
        feed(channel, 500, minute -> minute % 11);
        assertThat(next(channel, 10.4)).isZero();
        double little = next(channel, 12);
        double far = next(channel, -30);
        assertThat(little).isBetween(2.0, 2.6);
        assertThat(far).isGreaterThan(little + 2);
        assertThat(words(channel)).isEqualTo("value -30 is beyond everything seen before (0 to 12)");
    }

    @Test
    void a_run_of_one_value_is_told_when_it_is_far_longer_than_any_before() {
        var channel = new FlatLine();
        feed(channel, 500, minute -> Math.floorDiv(minute, 10));
        assertThat(feed(channel, 23, minute -> 7)).isZero();
        assertThat(feed(channel, 40, minute -> 7)).isGreaterThan(2.5);
        assertThat(words(channel)).isEqualTo("the same value for 63 minutes (63 times), up to 10 are usual");
    }

    @Test
    void a_value_that_stands_still_again_is_told_again_until_that_is_usual() {
        var channel = new FlatLine();
        feed(channel, 500, minute -> Math.floorDiv(minute, 10));
        int told = 0;
        for (int time = 0; time < 10; time++) {
            double value = time;
            told += feed(channel, 60, minute -> value) > 0 ? 1 : 0;
            feed(channel, 100, minute -> 100 + minute % 10);
        }
        assertThat(told).isEqualTo(3); // while 10, 15 and 22 in a row are usual
    }

    @Test
    void a_gap_is_told_when_it_is_far_longer_than_any_before() {
        var channel = new MissingPoints();
        feed(channel, 100, minute -> 1);
        newest = new Sample(0, 1, MINUTE, 2 * MINUTE);
        assertThat(channel.observe(newest)).isZero();
        newest = new Sample(0, 1, MINUTE, 90 * MINUTE);
        assertThat(channel.observe(newest)).isEqualTo(6);
        assertThat(words(channel)).isEqualTo("no value for 90 minutes, the longest gap before was 2 minutes");
    }
}
