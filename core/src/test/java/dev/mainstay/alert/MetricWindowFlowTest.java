package dev.mainstay.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.telemetry.Rollup;
import dev.mainstay.telemetry.Severity;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A rule that reads minutes finds what one that reads every point would.
class MetricWindowFlowTest {
    @RegisterExtension
    private static final AlertStage stage = new AlertStage();

    private static final Map<Aggregate, String> RAW = Map.of(
            Aggregate.AVG, "avg(value)",
            Aggregate.MIN, "min(value)",
            Aggregate.MAX, "max(value)",
            Aggregate.SUM, "sum(value)",
            Aggregate.LAST, "(array_agg(value ORDER BY at DESC))[1]");

    @BeforeEach
    void points() {
        for (String table : List.of("performance_metrics", "agent_metrics_1m", "rollup_pending", "metric_series")) {
            stage.asSuperuser("DELETE FROM " + table);
        }
        stage.run("""
                INSERT INTO metric_series (organization_id, agent_id, name, unit)
                SELECT ?, agent, metric, 'USD'
                FROM unnest(ARRAY['a', 'b']) AS agent, unnest(ARRAY['spent', 'spent.unknown']) AS metric
                """, Organizations.DEFAULT);
        insert("generate_series(date_trunc('minute', now()) - interval '30 minutes', date_trunc('minute', now()) + "
                + "interval '1 minute', interval '7 seconds')");
        stage.run("INSERT INTO rollup_pending (width, bucket) SELECT DISTINCT '1m', date_trunc('minute', at) "
                + "FROM performance_metrics");
        new Rollup(stage.database()).round(handle -> {});
        // Late ones, whose minutes are marked again and not rolled up yet.
        Instant now = stage.now();
        String late = "unnest(ARRAY[TIMESTAMPTZ '%s', TIMESTAMPTZ '%s'])"
                .formatted(now.minus(Duration.ofMinutes(4)), now.minus(Duration.ofMinutes(11)));
        insert(late);
        stage.run("INSERT INTO rollup_pending (width, bucket) SELECT '1m', date_trunc('minute', late) FROM " + late
                + " AS late");
    }

    private static void insert(String moments) {
        stage.run("INSERT INTO performance_metrics (organization_id, series_id, at, value) SELECT organization_id, "
                + "series_id, at, CASE name WHEN 'spent' THEN random() * 100 ELSE 0 END FROM metric_series, " + moments
                + " AS at");
    }

    private static List<Finding> found(Condition condition, Instant known) {
        AlertRule.Stored rule = new AlertRule.Stored(
                Organizations.DEFAULT, AlertRule.of("spending", Severity.WARNING, condition), "code", true, 1);
        // What is newer than two seconds may not be stored yet.
        return stage.database().control(handle -> Findings.of(handle, rule, known.plusSeconds(2)));
    }

    private static double raw(String agent, String aggregate, Duration over, Instant known) {
        return stage.database()
                .control(handle -> handle.createQuery(
                                "SELECT " + aggregate
                                        + " FROM performance_metrics JOIN metric_series USING (organization_id, series_id) WHERE agent_id"
                                        + " = :agent AND name = 'spent' AND at > :known - make_interval(secs => :over) AND at <= :known")
                        .bind("agent", agent)
                        .bind("known", known.atOffset(ZoneOffset.UTC))
                        .bind("over", over.toMillis() / 1e3)
                        .mapTo(Double.class)
                        .one());
    }

    /// @param behind how long after the beginning of this minute, or before it, the window ends
    @ParameterizedTest
    @CsvSource({
        "PT20S, PT0S",
        "PT90S, PT-1S",
        "PT5M, PT-1S",
        "PT5M, PT0S",
        "PT7M, PT-2M",
        "PT9M, PT0S",
        "PT17M, PT-31S",
        "PT20M, PT10S",
        "PT1H, PT3S"
    })
    void minutes_and_points_together_are_all_points_of_the_window(Duration over, Duration behind) {
        Instant known = stage.now().truncatedTo(ChronoUnit.MINUTES).plus(behind);
        for (Aggregate of : Aggregate.values()) {
            List<Finding> findings = found(new Condition.Threshold("spent", of, over, -1.0, null), known);
            assertThat(findings).as(of.word()).extracting(Finding::agent).containsExactlyInAnyOrder("a", "b");
            findings.forEach(finding -> assertThat(finding.value())
                    .as(of.word() + " of " + finding.agent())
                    .isCloseTo(
                            raw(String.valueOf(finding.agent()), RAW.getOrDefault(of, ""), over, known), within(1e-6)));
        }
        assertThat(found(new Condition.Cost("spent", over, 0, "USD"), known))
                .hasSize(2)
                .allSatisfy(finding -> assertThat(finding.value())
                        .isCloseTo(raw(String.valueOf(finding.agent()), "sum(value)", over, known), within(1e-6)));
    }

    @Test
    void the_points_of_a_minute_that_is_rolled_up_are_not_read() {
        stage.asSuperuser("DELETE FROM performance_metrics WHERE at BETWEEN now() - interval '20 minutes' "
                + "AND now() - interval '15 minutes'");
        Instant known = stage.now();
        assertThat(found(new Condition.Threshold("spent", Aggregate.SUM, Duration.ofMinutes(25), -1.0, null), known))
                .hasSize(2)
                .allSatisfy(finding -> assertThat(finding.value())
                        .isGreaterThan(
                                1 + raw(String.valueOf(finding.agent()), "sum(value)", Duration.ofMinutes(25), known)));
    }
}
