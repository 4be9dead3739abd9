package dev.mainstay.anomaly.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.anomaly.AnomalyDetector;
import dev.mainstay.anomaly.DetectorState;
import dev.mainstay.anomaly.Verdict;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.telemetry.Metric;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// From stored points to stored anomalies, on a database of its own each.
class AnomalyWatchFlowTest {
    private static final String LATENCY = "agent.latency";
    private static final Duration STEP = Duration.ofSeconds(5);

    private TestDatabase test;
    private StoredPoints stored;
    private Instant now;

    @BeforeEach
    void create() {
        test = TestDatabase.create();
        stored = new StoredPoints(test.database());
        now = test.database().now().truncatedTo(ChronoUnit.SECONDS);
    }

    @AfterEach
    void drop() {
        test.close();
    }

    private AnomalyWatch watch() {
        return watch(AnomalySettings.DEFAULT);
    }

    private AnomalyWatch watch(AnomalySettings settings) {
        return new AnomalyWatch(test.database(), settings);
    }

    /// As many rounds as five days take, each of which is bounded.
    private static void catchUp(AnomalyWatch watch) {
        for (int rounds = 0; rounds < 15; rounds++) {
            watch.round(handle -> {});
        }
    }

    private List<Metric> hours(String agent, long seed, int hours) {
        return StoredPoints.noise(agent, LATENCY, seed, now.minus(Duration.ofHours(hours)), now, STEP);
    }

    private static List<Metric> with(List<Metric> points, Metric... more) {
        List<Metric> all = new ArrayList<>(points);
        all.addAll(List.of(more));
        return all;
    }

    private Metric beforeNow(String agent, Duration before, double value) {
        return StoredPoints.point(agent, LATENCY, now.minus(before).plusMillis(500), value);
    }

    private byte[] state(AnomalyWatch watch, String agent) {
        return Objects.requireNonNull(watch.find(stored.series(agent, LATENCY)))
                .model()
                .state();
    }

    @Test
    void what_is_far_from_usual_is_stored_with_its_reason_and_ends() {
        stored.watchedSince(now.minus(Duration.ofHours(3)));
        stored.store(with(hours("a", 1, 3), beforeNow("a", Duration.ofMinutes(20), 200)));

        catchUp(watch());

        assertThat(stored.count("SELECT count(*) FROM anomalies")).isEqualTo(1);
        assertThat(stored.text("SELECT why FROM anomalies")).contains("200");
        assertThat(stored.text("SELECT (ended_at - began_at)::text FROM anomalies"))
                .isNotEqualTo("00:00:00");
        assertThat(stored.count("SELECT count(*) FROM anomalies WHERE value = 200 AND agent_id = 'a'"))
                .isEqualTo(1);
        assertThat(stored.text("SELECT string_agg(type, ' ' ORDER BY id) FROM system_events"))
                .isEqualTo("anomaly.began anomaly.ended");
    }

    @Test
    void who_takes_over_goes_on_with_the_very_same_scores() {
        stored.watchedSince(now.minus(Duration.ofHours(2)));
        stored.store(with(hours("a", 2, 2), beforeNow("a", Duration.ofMinutes(10), 180)));
        stored.store(hours("b", 3, 2));
        AnomalyWatch first = watch();
        catchUp(first);
        long begun = stored.count("SELECT count(*) FROM system_events WHERE type = 'anomaly.began'");

        // What comes late was judged by nobody, and must not be by who judges again.
        stored.store(List.of(beforeNow("a", Duration.ofMinutes(4), -500), beforeNow("b", Duration.ofMinutes(3), 900)));
        AnomalyWatch second = watch();
        catchUp(second);

        assertThat(stored.count(
                        "SELECT count(*) FROM anomaly_models WHERE judged_until > now() - interval '3 seconds'"))
                .as("models as new as the memory prove nothing")
                .isZero();
        for (String agent : List.of("a", "b")) {
            assertThat(scores(state(second, agent))).isEqualTo(scores(state(first, agent)));
        }
        assertThat(stored.count("SELECT count(*) FROM system_events WHERE type = 'anomaly.began'"))
                .isEqualTo(begun)
                .isPositive();
    }

    /// A node that could not reach the database for a moment stores its points a little later.
    @Test
    void what_is_stored_a_little_after_the_pass_of_its_time_is_judged_in_the_next_and_once() {
        stored.watchedSince(now.minus(Duration.ofHours(2)));
        Instant end = now.minus(Duration.ofMinutes(1));
        for (String agent : List.of("a", "b")) {
            stored.store(StoredPoints.noise(agent, LATENCY, 2, now.minus(Duration.ofHours(2)), end, STEP));
        }
        AnomalyWatch first = watch();
        catchUp(first);
        Instant judged = test.database()
                .read(handle -> handle.createQuery("SELECT max(until) FROM anomaly_passes")
                        .mapTo(OffsetDateTime.class)
                        .one()
                        .toInstant());
        stored.store(List.of(
                StoredPoints.point("a", LATENCY, judged.minusSeconds(4), 180),
                StoredPoints.point("b", LATENCY, judged.minusSeconds(20), 180)));

        for (int passes = 0; passes < 3; passes++) {
            Threads.pause(Duration.ofMillis(1_100));
            first.round(handle -> {});
        }
        AnomalyWatch second = watch();
        catchUp(second);

        assertThat(stored.text("SELECT string_agg(agent_id, ' ') FROM anomalies WHERE value = 180"))
                .isEqualTo("a");
        for (String agent : List.of("a", "b")) {
            assertThat(scores(state(second, agent))).isEqualTo(scores(state(first, agent)));
        }
    }

    private List<Verdict> scores(byte[] state) {
        AnomalyDetector detector = DetectorState.load(state, AnomalyDetector.DEFAULT_BUDGET);
        Random random = new Random(4);
        List<Verdict> verdicts = new ArrayList<>();
        for (int i = 1; i <= 1_000; i++) {
            double value = 100 + random.nextGaussian() + (i % 97 == 0 ? 30 : 0);
            verdicts.add(detector.observe(now.plus(STEP.multipliedBy(i)), value));
        }
        return verdicts;
    }

    @Test
    void the_first_pass_of_all_begins_now() {
        stored.store(hours("a", 10, 1));

        catchUp(watch());
        catchUp(watch());

        assertThat(stored.count("SELECT count(*) FROM anomaly_passes WHERE since > now() - interval '1 minute'"))
                .isEqualTo(stored.count("SELECT count(*) FROM anomaly_passes"))
                .isPositive();
    }

    @Test
    void a_failure_between_is_made_up_for() {
        stored.watchedSince(now.minus(Duration.ofMinutes(90)));
        stored.store(with(hours("a", 1, 2), beforeNow("a", Duration.ofMinutes(20), 200)));
        AnomalyWatch failing = watch();
        AnomalyWatch smooth = watch();
        long series = stored.series("a", LATENCY);

        assertThatThrownBy(() -> failing.round(handle -> {
                    WatchedSeries watched = failing.find(series);
                    if (watched != null && watched.model().began() != null) {
                        throw new IllegalStateException("no longer leads");
                    }
                }))
                .as("in the transaction that would have stored what was found")
                .hasMessageContaining("no longer leads");
        assertThat(stored.count("SELECT count(*) FROM anomalies WHERE value = 200"))
                .isZero();
        catchUp(failing);

        assertThat(stored.count("SELECT count(*) FROM anomalies WHERE value = 200"))
                .isEqualTo(1);
        catchUp(smooth);
        assertThat(scores(state(failing, "a"))).isEqualTo(scores(state(smooth, "a")));
    }

    @Test
    void a_series_that_was_there_before_is_known_when_its_watch_begins() {
        stored.store(hours("a", 6, 30));
        stored.age("a");
        stored.run("INSERT INTO agent_metrics_1h (organization_id, series_id, bucket, count, sum, min, max, last) "
                + "SELECT organization_id, series_id, date_trunc('hour', at), count(*), sum(value), min(value), "
                + "max(value), max(value) FROM performance_metrics GROUP BY 1, 2, 3");
        stored.watchedSince(now.minus(Duration.ofMinutes(10)));
        AnomalyWatch watch = watch();
        catchUp(watch);

        AnomalyDetector detector = DetectorState.load(state(watch, "a"), 0.25);

        assertThat(stored.count("SELECT count(*) FROM anomalies")).isZero();
        assertThat(detector.observe(now.plus(STEP), 160).isAnomaly()).isTrue();
        assertThat(detector.observe(now.plus(STEP), 160).treatment()).isEqualTo(Verdict.Treatment.REPEATED);
    }

    @Test
    void more_series_than_may_be_are_not_watched_and_that_is_told_once() {
        AnomalySettings few = new AnomalySettings(true, 0.25, List.of("*"), List.of("health.*"), 3, 2);
        stored.watchedSince(now.minus(Duration.ofMinutes(10)));
        List<Metric> points = new ArrayList<>();
        for (int label = 0; label < 50; label++) {
            points.add(StoredPoints.point("a", "requests", Map.of("user", "u" + label), now.minusSeconds(300), label));
        }
        for (String agent : List.of("b", "c", "d")) {
            points.add(StoredPoints.point(agent, LATENCY, now.minusSeconds(200), 1));
            points.add(StoredPoints.point(agent, "health.score", now.minusSeconds(200), 1));
        }
        stored.store(points);

        AnomalyWatch watch = watch(few);
        catchUp(watch);
        catchUp(watch);

        assertThat(stored.count("SELECT count(*) FROM anomaly_models")).isEqualTo(3);
        assertThat(stored.count("SELECT count(*) FROM anomaly_models JOIN metric_series USING (series_id) "
                        + "WHERE name = 'requests'"))
                .isEqualTo(2);
        assertThat(stored.text("SELECT string_agg(cause, '; ' ORDER BY id) FROM system_events"))
                .contains("requests has more than 2 sets of labels")
                .contains("more than 3 series could be watched");
        assertThat(stored.count("SELECT count(*) FROM system_events")).isEqualTo(2);
    }

    @Test
    void a_damaged_model_is_learned_anew_from_what_is_stored() {
        stored.watchedSince(now.minus(Duration.ofHours(2)));
        stored.store(hours("a", 7, 2));
        catchUp(watch());
        stored.age("a");
        stored.run("UPDATE anomaly_models SET state = '\\x00'");

        AnomalyWatch again = watch();
        catchUp(again);

        AnomalyDetector detector = DetectorState.load(state(again, "a"), 0.25);
        assertThat(detector.observe(now.plus(STEP), 160).isAnomaly()).isTrue();
    }

    @Test
    void points_of_the_future_wait_and_gaps_of_days_are_passed_over() {
        stored.watchedSince(now.minus(Duration.ofDays(3)));
        stored.store(hours("a", 8, 1));
        stored.store(List.of(
                StoredPoints.point("a", LATENCY, now.minus(Duration.ofDays(3)).plusSeconds(7), 100),
                StoredPoints.point("a", LATENCY, now.plus(Duration.ofHours(1)), 1e9),
                StoredPoints.point("still", LATENCY, now.minusSeconds(400), 5),
                StoredPoints.point("still", LATENCY, now.minusSeconds(300), 5)));

        AnomalyWatch watch = watch();
        catchUp(watch);

        assertThat(stored.count("SELECT count(*) FROM anomalies")).isZero();
        assertThat(scores(state(watch, "a")).getFirst().treatment()).isEqualTo(Verdict.Treatment.SCORED);
        assertThat(watch.find(stored.series("still", LATENCY))).isNotNull();
    }

    @Test
    void an_anomaly_of_a_series_that_falls_silent_ends() {
        stored.watchedSince(now.minus(Duration.ofDays(3)));
        Instant end = now.minus(Duration.ofDays(2));
        List<Metric> points =
                StoredPoints.noise("a", LATENCY, 9, end.minus(Duration.ofHours(2)), end, Duration.ofSeconds(5));
        stored.store(with(points, StoredPoints.point("a", LATENCY, end, 300)));

        AnomalyWatch watch = watch();
        catchUp(watch);

        assertThat(stored.count("SELECT count(*) FROM anomalies WHERE value = 300 AND ended_at = began_at"))
                .isEqualTo(1);
        assertThat(watch.find(stored.series("a", LATENCY))).isNull();
    }

    @Test
    void settings_say_what_is_wrong_with_them() {
        assertThatThrownBy(() -> new AnomalySettings(true, 0, List.of(), List.of(), 1, 1))
                .hasMessage("budget must be above 0 and at most 10000 false alarms a week, was 0.0");
        assertThatThrownBy(() -> new AnomalySettings(true, 1, List.of(), List.of(), 0, 1))
                .hasMessage("series must be at least 1, was 0");
    }
}
