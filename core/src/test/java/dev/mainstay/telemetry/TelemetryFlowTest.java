package dev.mainstay.telemetry;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mainstay.MainstayException;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.postgres.Partitions;
import dev.mainstay.postgres.Retention;
import dev.mainstay.testing.TestDatabase;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
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
            assertThat(count("system_events WHERE type = 'metric.capped' AND agent_id = 'shop'"))
                    .isEqualTo(1);
        }
    }

    @Test
    void a_batch_whose_commit_went_unanswered_is_not_stored_twice() {
        TelemetryWriter writer = new TelemetryWriter(test.database(), new SeriesTable(test.database(), metric -> {}));
        TelemetryBatch batch = new TelemetryBatch(10);
        batch.events.add(ReadyEvent.of(event("once", "", Map.of())));
        writer.store(batch);
        writer.forgetAnswer();
        writer.store(batch);
        assertThat(count("system_events WHERE type = 'once'")).isEqualTo(1);
    }

    private Event event(String type, String cause, Map<String, ?> detail) {
        return new Event(Organizations.DEFAULT, now, type, Severity.INFO, "shop", null, cause, detail);
    }

    @Test
    void texts_with_nul_are_stored_with_the_sign_for_what_cannot_be_shown() {
        try (Telemetry telemetry = Telemetry.start(test.database())) {
            telemetry.event(event("nul.event", "a\0b", Map.of("k\0", "a\0b\uD800")));
            telemetry.metric(new Metric(Organizations.DEFAULT, "shop", "n\0", Map.of("l\0", "v\0"), "u\0", now, 1));
            telemetry.awaitStored(BOUND);
        }
        assertThat(count("system_events WHERE cause = 'a\uFFFDb' AND detail ->> 'k\uFFFD' = 'a\uFFFDb\uFFFD'"))
                .isEqualTo(1);
        assertThat(count("metric_series WHERE labels ->> 'l\uFFFD' = 'v\uFFFD'"))
                .isEqualTo(1);
    }

    @Test
    void a_detail_that_cannot_be_written_fails_its_caller_and_nobody_else() {
        try (Telemetry telemetry = Telemetry.start(test.database())) {
            Map<String, Object> endless = new HashMap<>();
            endless.put("self", endless);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> telemetry.event(event("bad.detail", "", endless)))
                    .withMessageContaining("bad.detail was not taken");
            telemetry.event(event("good.detail", "", Map.of()));
            telemetry.awaitStored(BOUND);
        }
        assertThat(count("system_events WHERE type = 'good.detail'")).isEqualTo(1);
    }

    @Test
    void what_postgresql_will_never_take_is_left_out_counted_and_holds_up_nothing() {
        try (Telemetry telemetry = Telemetry.start(test.database())) {
            telemetry.event(event("before", "", Map.of()));
            telemetry.event(event("too.large", "", Map.of("n", new BigDecimal("1E+200000"))));
            telemetry.event(event("after", "", Map.of()));
            String noise = Stream.generate(UUID::randomUUID)
                    .limit(500)
                    .map(UUID::toString)
                    .collect(joining());
            Metric unindexable = new Metric(Organizations.DEFAULT, "shop", "m", Map.of("l", noise), "", now, 1);
            telemetry.metric(unindexable);
            telemetry.metric(metric("latency", now, 1));
            telemetry.awaitStored(BOUND);
            assertThat(telemetry.refused()).isEqualTo(2);
            assertThat(telemetry.metric(unindexable)).isFalse();
        }
        assertThat(count("system_events WHERE type IN ('before', 'after')")).isEqualTo(2);
        assertThat(count("performance_metrics")).isEqualTo(1);
    }

    @Test
    void a_batch_stored_before_its_connection_was_lost_is_skipped_whatever_came_after_it() {
        TelemetryWriter writer = new TelemetryWriter(test.database(), new SeriesTable(test.database(), metric -> {}));
        TelemetryBatch batch = new TelemetryBatch(10);
        batch.events.add(ReadyEvent.of(event("whole", "", Map.of())));
        writer.store(batch);
        batch.events.add(ReadyEvent.of(event("halved", "", Map.of())));
        batch.halves().forEach(writer::store);
        writer.forgetAnswer();
        writer.store(batch.halves().getLast());
        assertThat(count("system_events WHERE type = 'whole'")).isEqualTo(2);
        assertThat(count("system_events WHERE type = 'halved'")).isEqualTo(1);
    }

    @Test
    void after_close_nothing_is_taken_and_what_was_taken_before_is_stored() {
        Telemetry telemetry = Telemetry.start(test.database());
        Metric point = metric("latency", now, 1);
        telemetry.event(event("last", "", Map.of()));
        telemetry.close();
        assertThat(count("system_events WHERE type = 'last'")).isEqualTo(1);
        assertThat(telemetry.metric(point)).isFalse();
        assertThatExceptionOfType(MainstayException.class)
                .isThrownBy(() -> telemetry.event(event("late", "", Map.of())))
                .withMessageContaining("stopping");
    }

    @Test
    void a_bucket_that_cannot_be_summed_up_is_skipped_with_an_event_and_the_others_are_rolled_up() {
        Instant minute = now.truncatedTo(ChronoUnit.MINUTES).minus(Duration.ofMinutes(5));
        try (Telemetry telemetry = Telemetry.start(test.database())) {
            telemetry.metric(metric("latency", minute, 1));
            telemetry.metric(metric("latency", minute.plusSeconds(60), 2));
            telemetry.awaitStored(BOUND);
        }
        // As stored before values were bounded.
        test.database().write(handle -> handle.execute("""
                INSERT INTO performance_metrics (organization_id, series_id, at, value)
                SELECT organization_id, series_id, at, 1.7e308
                FROM performance_metrics, generate_series(1, 2)
                WHERE value = 1
                """));
        new Rollup(test.database()).round(handle -> {});
        assertThat(count("agent_metrics_1m")).isEqualTo(1);
        assertThat(rolledUp(minute.plusSeconds(60))).isEqualTo("1 2.0 2.0 2.0 2.0");
        assertThat(count("system_events WHERE type = 'rollup.skipped' AND detail ->> 'width' = '1m'"))
                .isEqualTo(1);
    }

    @Test
    void a_metric_beyond_what_can_be_summed_up_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> metric("latency", now, 1.7e308))
                .withMessageContaining("metric latency must be from -1.0E290 to 1.0E290");
    }

    @Test
    void a_late_point_does_not_replace_a_minute_whose_points_retention_has_dropped() {
        Instant minute = now.truncatedTo(ChronoUnit.DAYS).minus(Duration.ofDays(3));
        Rollup rollup = new Rollup(test.database());
        try (Telemetry telemetry = Telemetry.start(test.database())) {
            telemetry.metric(metric("latency", minute.plusSeconds(1), 1));
            telemetry.metric(metric("latency", minute.plusSeconds(2), 5));
            telemetry.awaitStored(BOUND);
            rollup.round(handle -> {});
            Duration day = Duration.ofDays(1);
            Duration month = Duration.ofDays(30);
            new Partitions(test.database()).maintain(new Retention(day, day, month, month, month, month, month, month));
            assertThat(count("performance_metrics")).isZero();
            telemetry.metric(metric("latency", minute.plusSeconds(3), 3));
            telemetry.awaitStored(BOUND);
            rollup.round(handle -> {});
        }
        assertThat(rolledUp(minute)).isEqualTo("2 6.0 1.0 5.0 5.0");
    }
}
