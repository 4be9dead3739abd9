package dev.mainstay.slo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mainstay.config.ConfigException;
import dev.mainstay.config.Origin;
import dev.mainstay.config.RecordBinder;
import dev.mainstay.config.Setting;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BurnRateTest {
    private static final Slo SLO = settings(Map.of("agent", "shop", "indicator", "success", "objective", 99.9));

    private static Slo settings(Map<String, Object> written) {
        return new RecordBinder(Map.of())
                .bind(SloSettings.class, Setting.of(written, Origin.DATABASE), "slos.x")
                .slo("x");
    }

    @Test
    void at_a_rate_of_one_the_budget_lasts_its_period_and_at_14_4_two_percent_are_gone_in_an_hour() {
        assertThat(BurnRate.of(new Tally(999, 1000), 0.001).rate()).isEqualTo(1, within(1e-9));
        double share =
                14.4 * Duration.ofHours(1).toSeconds() / Duration.ofDays(30).toSeconds();
        assertThat(share).as("the workbook's table 5-6").isEqualTo(0.02, within(1e-9));
    }

    /// The bound is the share from which what was seen is just as far away as chance goes, found by bisection.
    @ParameterizedTest
    @CsvSource({"0, 10, 0", "1, 10, 0.0226", "5, 10, 0.2693", "10, 10, 0.7870", "1, 1, 0.2699", "20, 1000, 0.0139"})
    void the_share_of_bad_events_is_at_least_what_wilson_says(long bad, long total, double expected) {
        assertThat(BurnRate.lowerBound(bad, total)).isEqualTo(expected, within(6e-5));
    }

    @Test
    void more_bad_events_never_lower_it_and_more_events_bring_it_closer() {
        double former = 0;
        for (int bad = 0; bad <= 200; bad++) {
            double bound = BurnRate.lowerBound(bad, 200);
            assertThat(bound).isBetween(former, bad / 200.0 + 1e-12);
            former = bound;
        }
        assertThat(BurnRate.lowerBound(100, 1000)).isGreaterThan(BurnRate.lowerBound(10, 100));
    }

    private static String urgency(Map<Duration, Tally> windows) {
        Map<Duration, Tally> all = new LinkedHashMap<>(windows);
        return new SloStatus(SLO, new Tally(0, 0), all)
                .burning()
                .map(pair -> pair.urgency().word() + " " + pair.inWords())
                .orElse("none");
    }

    private static Map<Duration, Tally> windows(String lasting, long bad, String recent, long recentBad) {
        return Map.of(
                Duration.parse(lasting), new Tally(100_000 - bad, 100_000),
                Duration.parse(recent), new Tally(10_000 - recentBad, 10_000));
    }

    @Test
    void each_pair_of_windows_tells_at_its_own_rate() {
        assertThat(urgency(windows("PT1H", 1600, "PT5M", 150))).isEqualTo("page 1h and 5m");
        assertThat(urgency(windows("PT6H", 700, "PT30M", 70))).isEqualTo("page 6h and 30m");
        assertThat(urgency(windows("P1D", 400, "PT2H", 40))).isEqualTo("ticket 1d and 2h");
        assertThat(urgency(windows("P3D", 160, "PT6H", 15))).isEqualTo("ticket 3d and 6h");
        assertThat(urgency(windows("PT1H", 1400, "PT5M", 150))).as("too slow").isEqualTo("none");
        assertThat(urgency(windows("PT1H", 1600, "PT5M", 100)))
                .as("over by now")
                .isEqualTo("none");
    }

    @Test
    void few_events_tell_nobody() {
        Duration hour = Duration.ofHours(1);
        Duration recent = Duration.ofMinutes(5);
        assertThat(urgency(Map.of(hour, new Tally(0, 9), recent, new Tally(0, 9))))
                .as("fewer than ten")
                .isEqualTo("none");
        assertThat(urgency(Map.of(hour, new Tally(29, 30), recent, new Tally(0, 1))))
                .as("one of thirty, which is 33 times too fast but may be chance")
                .isEqualTo("none");
        assertThat(urgency(Map.of(hour, new Tally(28, 30), recent, new Tally(0, 2))))
                .isEqualTo("page 1h and 5m");
    }

    @Test
    void the_budget_left_is_the_share_of_bad_events_still_allowed() {
        assertThat(new SloStatus(SLO, new Tally(99_950, 100_000), Map.of()).budgetLeft())
                .isEqualTo(0.5, within(1e-9));
        assertThat(new SloStatus(SLO, new Tally(99_800, 100_000), Map.of()).budgetLeft())
                .isEqualTo(-1, within(1e-9));
        assertThat(new SloStatus(SLO, new Tally(0, 0), Map.of()).budgetLeft())
                .as("unknown")
                .isNull();
    }

    @Test
    void what_cannot_be_promised_is_refused_with_its_key() {
        refused(Map.of("indicator", "success", "objective", 99), "slos.x.agent or queue must be given");
        refused(Map.of("agent", "a", "queue", "b", "indicator", "success", "objective", 99), "only one of them");
        refused(Map.of("agent", "a", "indicator", "success", "objective", 100), "slos.x.objective must be from 50");
        refused(Map.of("queue", "a", "indicator", "heartbeat", "objective", 99), "slos.x.indicator must be success or");
        refused(Map.of("agent", "a", "indicator", "latency", "objective", 99), "slos.x.within must be given");
        refused(
                Map.of("agent", "a", "indicator", "success", "objective", 99, "within", "1s"),
                "slos.x.within must not be given");
        refused(
                Map.of("agent", "a", "indicator", "cost", "objective", 99, "metric", "m", "atLeast", 1),
                "slos.x.atLeast must not be given");
        refused(Map.of("agent", "a", "indicator", "cost", "objective", 99, "atMost", 1), "slos.x.metric must be given");
        refused(Map.of("agent", "a", "indicator", "sucess", "objective", 99), "did you mean");
        refused(Map.of("agent", "a", "indicator", "success", "objective", 99, "period", "1h"), "slos.x.period must be");
    }

    private static void refused(Map<String, Object> written, String message) {
        assertThatThrownBy(() -> settings(written))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(message);
    }
}
