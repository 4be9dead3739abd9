package dev.mainstay.anomaly;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// The code of the guide to anomalies, run.
class AnomaliesGuideTest {

    @Test
    void points_are_judged_and_the_detector_is_stored() {
        var detector = AnomalyDetector.withBudget(0.25);
        Verdict verdict = detector.observe(Instant.parse("2026-03-01T12:00:00Z"), 21.5);
        if (verdict.isAnomaly()) {
            System.out.println(verdict.why());
        }
        byte[] stored = DetectorState.save(detector);
        detector = DetectorState.load(stored, 0.25);

        assertThat(verdict.treatment()).isEqualTo(Verdict.Treatment.WARMING_UP);
        assertThat(DetectorState.save(detector)).isEqualTo(stored);
    }

    @Test
    void forecasts_say_what_is_expected_and_when_a_limit_is_reached() {
        var forecaster = new Forecaster();
        forecaster.observe(Instant.parse("2026-03-01T12:00:00Z"), 21.5);
        Optional<Forecast> tomorrow = forecaster.after(Duration.ofDays(1));
        Optional<Duration> untilFull = forecaster.timeTo(95, Duration.ofDays(30));

        assertThat(tomorrow).as("one point is no ground").isEmpty();
        assertThat(untilFull).isEmpty();
    }
}
