package dev.mainstay.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.config.ConfigException;
import dev.mainstay.config.Origin;
import dev.mainstay.config.RecordBinder;
import dev.mainstay.config.Setting;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HealthBandsTest {
    @ParameterizedTest
    @CsvSource({
        "80,, healthy",
        "79.9,, degraded",
        "49.9,, unhealthy",
        "79.9, healthy, degraded",
        "10, healthy, unhealthy",
        "84.9, degraded, degraded",
        "85, degraded, healthy",
        "54.9, unhealthy, unhealthy",
        "55, unhealthy, degraded",
        "84.9, unhealthy, degraded",
        "85, unhealthy, healthy",
    })
    void it_gets_worse_at_once_and_better_with_points_to_spare(double score, @Nullable String former, String expected) {
        HealthBand before = former == null ? null : HealthBand.of(former);
        assertThat(HealthBands.DEFAULT.of(score, before).word()).isEqualTo(expected);
    }

    private static HealthPolicy policy(Map<String, Object> written) {
        return new RecordBinder(Map.of()).bind(HealthPolicy.class, Setting.of(written, Origin.DATABASE), "health");
    }

    @Test
    void what_is_not_written_is_the_default() {
        assertThat(policy(Map.of())).isEqualTo(HealthPolicy.DEFAULT);
    }

    @Test
    void what_cannot_be_judged_by_is_refused_with_its_key() {
        refused(Map.of("weights", Map.of("uptime", 0.5)), "add up to 1, were 1.25: uptime 0.5, performance 0.25");
        refused(Map.of("weights", Map.of("uptime", -1)), "health.weights.uptime must be from 0 to 1, was -1.0");
        refused(Map.of("weights", Map.of("uptme", 0.25)), "did you mean");
        refused(
                Map.of("weights", Map.of("uptime", 0, "performance", 0, "errors", 0, "resources", 1, "business", 0)),
                "health.weights.resources must be less than 1");
        refused(Map.of("bands", Map.of("healthyFrom", 40)), "health.bands.healthyFrom must be above degradedFrom");
        refused(Map.of("bands", Map.of("hysteresis", 30)), "health.bands.hysteresis must be from 0 to 20");
        refused(Map.of("window", "10s"), "health.window must be from 1m to 1h, was 10s");
    }

    private static void refused(Map<String, Object> written, String message) {
        assertThatThrownBy(() -> policy(written))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(message);
    }
}
