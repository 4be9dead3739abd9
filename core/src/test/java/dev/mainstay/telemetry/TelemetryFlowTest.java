package dev.mainstay.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.postgres.Partitions;
import dev.mainstay.postgres.Retention;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Metrics and events from the caller to the roll-up.
class TelemetryFlowTest {
    private static final Duration BOUND = Duration.ofMinutes(1);
    private final TestDatabase test = TestDatabase.create();
    private final Instant now = test.database().now();

    @BeforeEach
    void partition() {
        new Partitions(test.database()).maintain(Retention.DEFAULT);
    }

    @AfterEach
    void drop() {
        test.close();
    }

    private static Metric metric(String name, Instant at, double value) {
        return new Metric(Organizations.DEFAULT, "shop", name, Map.of("region", "eu"), "ms", at, value);
    }

    private long count(String from) {
        return test.database()
                .read(handle -> handle.createQuery("SELECT count(*) FROM " + from)
                        .mapTo(Long.class)
                        .one());
    }

    @Test
    void what_was_taken_is_stored_when_the_wait_returns_and_equal_labels_are_one_series() {
        try (Telemetry telemetry = Telemetry.start(test.database())) {
            for (int i = 0; i < 1_000; i++) {
                telemetry.metric(metric("latency", now, i));
            }
            telemetry.event(new Event(
                    Organizations.DEFAULT,
                    now,
                    "test.done",
                    Severity.WARNING,
                    "shop",
                    null,
                    "because",
                    Map.of("n", 1)));
            telemetry.awaitStored(BOUND);
            assertThat(count("performance_metrics")).isEqualTo(1_000);
            assertThat(count("metric_series")).isEqualTo(1);
            assertThat(count("system_events WHERE type = 'test.done' AND detail ->> 'n' = '1'"))
                    .isEqualTo(1);
        }
    }

    @Test
    void points_go_into_the_partition_of_their_day_and_into_the_default_one_when_it_has_none() {
        try (Telemetry telemetry = Telemetry.start(test.database())) {
            telemetry.metric(metric("latency", now, 1));
            telemetry.metric(metric("latency", now.minus(Duration.ofDays(40)), 2));
            telemetry.awaitStored(BOUND);
        }
        assertThat(count("performance_metrics")).isEqualTo(2);
        assertThat(count("performance_metrics WHERE tableoid = 'performance_metrics_default'::regclass"))
                .isEqualTo(1);
    }

    @Test
    void a_minute_that_is_over_is_rolled_up_and_again_when_a_late_point_comes() {
        Instant minute = now.truncatedTo(ChronoUnit.MINUTES).minus(Duration.ofMinutes(2));
        Rollup rollup = new Rollup(test.database());
        try (Telemetry telemetry = Telemetry.start(test.database())) {
            telemetry.metric(metric("latency", minute.plusSeconds(1), 1));
            telemetry.metric(metric("latency", minute.plusSeconds(2), 5));
            telemetry.metric(metric("latency", now, 100));
            telemetry.awaitStored(BOUND);
            rollup.round(handle -> {});
            assertThat(rolledUp(minute)).isEqualTo("2 6.0 1.0 5.0 5.0");
            telemetry.metric(metric("latency", minute.plusSeconds(3), 3));
            telemetry.awaitStored(BOUND);
            rollup.round(handle -> {});
            assertThat(rolledUp(minute)).isEqualTo("3 9.0 1.0 5.0 3.0");
        }
    }

    private String rolledUp(Instant minute) {
        return test.database()
                .read(handle -> handle.createQuery(
                                "SELECT count, sum, min, max, last FROM agent_metrics_1m WHERE bucket = :minute")
                        .bind("minute", minute.atOffset(ZoneOffset.UTC))
                        .map((row, context) -> row.getLong(1) + " " + row.getDouble(2) + " " + row.getDouble(3) + " "
                                + row.getDouble(4) + " " + row.getDouble(5))
                        .one());
    }

    @Test
    void a_metric_with_a_label_value_per_request_is_cut_off_and_counted() {
        try (Telemetry telemetry = Telemetry.start(test.database())) {
            for (int i = 0; i < 1_010; i++) {
                telemetry.metric(
                        new Metric(Organizations.DEFAULT, "shop", "hits", Map.of("user", "u" + i), "count", now, 1));
            }
            telemetry.awaitStored(BOUND);
            assertThat(telemetry.droppedMetrics()).isEqualTo(10);
            assertThat(count("metric_series")).isEqualTo(1_000);
        }
    }

    @Test
    void a_batch_whose_commit_went_unanswered_is_not_stored_twice() {
        TelemetryWriter writer = new TelemetryWriter(test.database(), new SeriesTable(test.database()));
        TelemetryBatch batch = new TelemetryBatch(10);
        batch.events.add(new Event(Organizations.DEFAULT, now, "once", Severity.INFO, null, null, "", Map.of()));
        writer.store(batch);
        writer.forgetAnswer();
        writer.store(batch);
        assertThat(count("system_events WHERE type = 'once'")).isEqualTo(1);
    }
}
