package dev.mainstay.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.config.Origin;
import dev.mainstay.config.RecordBinder;
import dev.mainstay.config.Setting;
import dev.mainstay.postgres.DatabaseSlowness;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.telemetry.Severity;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Rules about anomalies and forecasts, over rows as the duties store them.
class UnusualAlertsFlowTest {
    private static TestDatabase test;

    @BeforeAll
    static void create() {
        test = TestDatabase.create();
        run("INSERT INTO metric_series (organization_id, agent_id, name, labels, unit) VALUES "
                + "('00000000-0000-0000-0000-000000000001', 'probe', 'disk.used', '{\"disk\": \"a\"}', 'ratio')");
    }

    @AfterAll
    static void drop() {
        test.close();
    }

    private static void run(String sql) {
        test.database().write(handle -> handle.execute(sql));
    }

    private static void look(AlertRule rule) {
        new DeclaredRules(test.database(), Organizations.DEFAULT).declare(List.of(rule));
        new ForecastRound(test.database()).round(handle -> {});
        new AlertEngine(test.database(), List.of(), () -> {}, () -> DatabaseSlowness.NONE).round(handle -> {});
    }

    private static List<Alert> alerts(AlertRule rule) {
        return new AlertDesk(test.database().api(Organizations.DEFAULT))
                .list(Optional.empty(), Optional.of(rule.name()), Optional.empty(), Optional.empty(), 10);
    }

    @Test
    void an_anomaly_is_an_alert_while_it_lasts_and_says_why() {
        AlertRule rule = AlertRule.of("odd", Severity.INFO, new Condition.Unusual("disk.*"));
        run("INSERT INTO anomalies (organization_id, series_id, agent_id, metric, labels, unit, began_at, peak_at, "
                + "score, value, why) SELECT organization_id, series_id, agent_id, name, labels, unit, now(), now(), "
                + "12, 0.99, '12-minute mean is 6.2× the 99th percentile of its usual deviation for Tuesday 14:00' "
                + "FROM metric_series");
        look(rule);

        assertThat(alerts(rule)).singleElement().satisfies(alert -> {
            assertThat(alert.state()).isEqualTo(AlertState.FIRING);
            assertThat(alert.agent()).isEqualTo("probe");
            assertThat(alert.summary()).startsWith("disk.used: 12-minute mean is 6.2× the 99th percentile");
            assertThat(alert.evidence()).contains("anomalies");
        });

        run("UPDATE anomalies SET ended_at = now()");
        look(rule);

        assertThat(alerts(rule)).singleElement().extracting(Alert::state).isEqualTo(AlertState.RESOLVED);
    }

    @Test
    void a_limit_that_is_near_is_an_alert_and_one_that_is_far_is_none() {
        run("""
                INSERT INTO agent_metrics_1h (organization_id, series_id, bucket, count, sum, min, max, last)
                SELECT organization_id, series_id, hour, 2, 2 * used, used, used, used
                FROM metric_series, (
                    SELECT hour, 0.9 - 0.001 * (extract(epoch FROM date_trunc('hour', now()) - hour) / 3600) AS used
                    FROM generate_series(date_trunc('hour', now()) - interval '240 hours',
                        date_trunc('hour', now()) - interval '1 hour', interval '1 hour') AS hour) AS hours
                WHERE name = 'disk.used'
                """);
        AlertRule near = AlertRule.of(
                "full-soon", Severity.WARNING, new Condition.Reaches("disk.used", 0.92, Duration.ofDays(2)));
        AlertRule far =
                AlertRule.of("full-far", Severity.WARNING, new Condition.Reaches("disk.used", 9, Duration.ofDays(2)));

        look(far);
        assertThat(alerts(far)).isEmpty();
        look(near);

        assertThat(alerts(near)).singleElement().satisfies(alert -> {
            assertThat(alert.summary()).matches("disk\\.used reaches 0\\.92.* within [0-9a-z]+, is 0\\.89.*");
            assertThat(alert.evidence()).contains("reachesAt", "method");
        });
    }

    @Test
    void rules_are_written_and_read_and_mistakes_named() {
        for (Condition condition :
                List.of(new Condition.Unusual("agent.*"), new Condition.Reaches("disk", 0.9, Duration.ofDays(3)))) {
            AlertRule rule = AlertRule.of("r", Severity.INFO, condition);
            assertThat(AlertRuleStore.rule("r", AlertRuleSettings.plain(rule))).isEqualTo(rule);
        }
        assertThatThrownBy(() -> settings(Map.of("forecast", "disk"))).hasMessage("limit must be given with forecast");
        assertThatThrownBy(() -> settings(Map.of("forecast", "disk", "limit", 1, "ahead", "40d")))
                .hasMessage("ahead must be from 1h to 30d, was 40d");
        assertThatThrownBy(() -> settings(Map.of("anomaly", "a", "forecast", "disk")))
                .hasMessageContaining("exactly one of");
    }

    private static AlertRule settings(Map<String, Object> definition) {
        return new RecordBinder(Map.of())
                .bind(AlertRuleSettings.class, Setting.of(definition, Origin.DATABASE))
                .rule("r");
    }
}
