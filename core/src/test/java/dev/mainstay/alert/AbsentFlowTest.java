package dev.mainstay.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.telemetry.Rollup;
import dev.mainstay.telemetry.Severity;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Of which series a rule says that their points are missing, and how often it reads points for that.
class AbsentFlowTest {
    private static final AlertRule.Stored RULE = missingFor(Duration.ofMinutes(5));
    private static final int MANY = 100;

    @RegisterExtension
    private static final AlertStage stage = new AlertStage();

    @BeforeEach
    void clean() {
        for (String table : List.of("performance_metrics", "agent_metrics_1m", "rollup_pending", "metric_series")) {
            stage.asSuperuser("DELETE FROM " + table);
        }
    }

    private static AlertRule.Stored missingFor(Duration window) {
        return new AlertRule.Stored(
                Organizations.DEFAULT,
                AlertRule.of("import-missing", Severity.WARNING, new Condition.Absent("import.rows", window)),
                "code",
                true,
                1);
    }

    private static void agent(String id, String desired) {
        stage.run("""
                INSERT INTO agents (organization_id, id, kind, category, source, spec, state, desired)
                VALUES (?, ?, 'test', 'SUPPORT', 'code', '{}', 'active', ?)
                """, Organizations.DEFAULT, id, desired);
    }

    /// A point of the agent's series, marked as one that waits to be rolled up.
    private static void point(String agent, Instant at) {
        stage.run("""
                INSERT INTO metric_series (organization_id, agent_id, name, unit)
                VALUES (?, ?, 'import.rows', 'rows') ON CONFLICT DO NOTHING
                """, Organizations.DEFAULT, agent);
        stage.run("""
                INSERT INTO performance_metrics (organization_id, series_id, at, value)
                SELECT organization_id, series_id, ?, 1 FROM metric_series WHERE agent_id = ?
                """, at.atOffset(ZoneOffset.UTC), agent);
        stage.run("""
                INSERT INTO rollup_pending (width, bucket) VALUES ('1m', date_bin('1 minute', ?, '2000-01-01Z'))
                ON CONFLICT DO NOTHING
                """, at.atOffset(ZoneOffset.UTC));
    }

    private static void rollUp() {
        new Rollup(stage.database()).round(handle -> {});
    }

    private static Instant ago(Instant now, String duration) {
        return now.minus(Duration.parse(duration));
    }

    private static List<Finding> found(Instant now) {
        return stage.database().control(handle -> Findings.of(handle, RULE, now));
    }

    @Test
    void of_a_series_that_has_stopped_the_last_point_is_told_whether_rolled_up_or_not() {
        Instant now = stage.now();
        agent("rolled", "running");
        agent("raw", "running");
        point("rolled", ago(now, "PT3H"));
        point("rolled", ago(now, "PT20M"));
        point("raw", ago(now, "PT2H"));
        rollUp();
        point("raw", ago(now, "PT10M"));

        assertThat(found(now))
                .extracting(Finding::agent, Finding::began)
                .containsExactlyInAnyOrder(tuple("rolled", ago(now, "PT20M")), tuple("raw", ago(now, "PT10M")));
    }

    @Test
    void the_window_ends_to_the_second() {
        Instant now = stage.now();
        agent("just", "running");
        agent("not-yet", "running");
        point("just", ago(now, "PT5M3S"));
        point("not-yet", ago(now, "PT5M1S"));
        for (String when : List.of("before it is rolled up", "and after")) {
            assertThat(found(now)).as(when).extracting(Finding::agent).containsExactly("just");
            rollUp();
        }
    }

    @Test
    void a_long_window_is_looked_at_by_its_minutes() {
        Instant now = stage.now();
        AlertRule.Stored rule = missingFor(Duration.ofHours(1));
        point("rolled", ago(now, "PT55M"));
        point("still", ago(now, "PT1H1S"));
        point("gone", ago(now, "PT1H3S"));
        rollUp();
        point("raw", ago(now, "PT55M"));
        List<Finding> found = stage.database().control(handle -> Findings.of(handle, rule, now));
        assertThat(found).extracting(Finding::agent).containsExactly("gone");
    }

    @Test
    void who_goes_on_or_stopped_a_day_ago_or_is_not_to_run_is_not_missed() {
        Instant now = stage.now();
        agent("goes-on", "running");
        agent("long-gone", "running");
        agent("stopped", "shutdown");
        for (String back : List.of("PT20M", "PT1M")) {
            point("goes-on", ago(now, back));
        }
        point("long-gone", ago(now, "PT24H6M"));
        point("stopped", ago(now, "PT20M"));
        point("of-no-agent", ago(now, "PT24H4M"));
        rollUp();
        assertThat(found(now)).extracting(Finding::agent).containsExactly("of-no-agent");
    }

    @Test
    void the_points_of_many_series_are_read_together() {
        Instant now = stage.now();
        for (int i = 0; i < MANY; i++) {
            agent("agent-" + i, "running");
            point("agent-" + i, ago(now, i < MANY / 2 ? "PT20M" : "PT1M"));
        }
        rollUp();
        long scans = stage.database().control(handle -> {
            long before = scans(handle);
            assertThat(Findings.of(handle, RULE, now)).hasSize(MANY / 2);
            return scans(handle) - before;
        });
        assertThat(scans)
                .as("the window is read once and the minute in which they stopped once, of each partition at most")
                .isBetween(1L, 2 * stage.count("pg_inherits WHERE inhparent = 'performance_metrics'::regclass"));
    }

    /// Of this transaction.
    private static long scans(Handle handle) {
        return handle.createQuery("""
                        SELECT sum(coalesce(seq_scan, 0) + coalesce(idx_scan, 0))::bigint
                        FROM pg_stat_xact_user_tables
                        WHERE relname LIKE 'performance_metrics%'
                        """).mapTo(Long.class).one();
    }
}
