package dev.mainstay.slo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mainstay.MainstayException;
import dev.mainstay.alert.AlertEngine;
import dev.mainstay.alert.DeclaredRules;
import dev.mainstay.postgres.DatabaseSlowness;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// From rows of the last hours to what is burning. Minutes are those before the one in which the test began, which may
/// be over when it ends.
class SloFlowTest {
    private final TestDatabase test = TestDatabase.create();
    private final SloMonitor monitor = new SloMonitor(test.database());
    private final Instant minute = test.database().now().truncatedTo(ChronoUnit.MINUTES);

    @AfterEach
    void drop() {
        test.close();
    }

    private int sql(String statement, Object... values) {
        return test.database().write(handle -> handle.execute(statement, values));
    }

    /// What nobody may do but the owner of history.
    private void superuser(String statement) {
        try (Connection connection = test.superuser();
                Statement sent = connection.createStatement()) {
            sent.execute(statement);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void runs_a_node_with_an_agent() {
        sql("""
                INSERT INTO node_sessions (session_id, node_id, started_at, expires_at)
                VALUES (gen_random_uuid(), 'node-a', now() - interval '3 days', 'infinity')
                """);
        sql("""
                INSERT INTO agents (organization_id, id, kind, category, source, state, spec, created_at)
                VALUES (?, 'shop', 'any', 'SUPPORT', 'code', 'active', '{"heartbeat": "PT10S"}', now() - interval '3 days')
                """, Organizations.DEFAULT);
    }

    private SloDesk desk() {
        return new SloDesk(test.database().api(Organizations.DEFAULT));
    }

    private static Slo slo(Indicator indicator, @Nullable String metric, @Nullable Double bound, double objective) {
        return new Slo("trial", "shop", null, indicator, metric, bound, objective, Duration.ofDays(30), 10, "");
    }

    /// Declares it as if `ago` minutes before.
    private void declare(Slo slo, int ago) {
        desk().put(slo);
        sql("""
                UPDATE slos
                SET counted_from = begins, counted_to = begins
                FROM (SELECT CAST(? AS timestamptz) - make_interval(mins => ?) AS begins) AS span
                """, minute, ago);
    }

    /// Heartbeats each ten seconds from so many minutes ago until so many, with a tick each.
    private void beats(int from, int until, int failures, double ms) {
        sql("""
                INSERT INTO agent_heartbeats (organization_id, agent_id, at, fence, sequence, phase, ticks, failures,
                    items, busy_ms, max_ms, late_ms, abandoned)
                SELECT ?, 'shop', CAST(? AS timestamptz) - make_interval(secs => 10 * back - 5), 1, 100000 - back,
                    'heartbeating', 1, ?, 1, ?, ?, 0, 0
                FROM generate_series(? * 6, ? * 6 + 1, -1) AS back
                """, Organizations.DEFAULT, minute, failures, ms, ms, from, until);
    }

    private SloView.Status count() {
        monitor.round(handle -> {});
        return Objects.requireNonNull(desk().find("trial").orElseThrow().status());
    }

    /// Of what was counted of the minutes until one before the current.
    private static Tally of(SloView.Status status) {
        return new Tally(status.good(), status.total());
    }

    @Test
    void failed_ticks_are_bad_events() {
        declare(slo(Indicator.SUCCESS, null, null, 99), 60);
        beats(60, 31, 0, 10);
        beats(31, 2, 1, 10);
        SloView.Status status = count();
        assertThat(of(status)).isEqualTo(new Tally(29 * 6, 58 * 6));
        assertThat(status.reached()).isEqualTo(50, within(1e-9));
        assertThat(status.budgetLeft()).isEqualTo(1 - 0.5 / 0.01, within(1e-6));
    }

    @Test
    void slow_ticks_are_bad_events_and_a_heartbeat_of_several_is_taken_apart() {
        declare(slo(Indicator.LATENCY, null, 100.0, 99), 30);
        beats(30, 20, 0, 100);
        beats(20, 2, 0, 101);
        superuser("UPDATE agent_heartbeats SET ticks = 4, max_ms = 200, busy_ms = 260 WHERE sequence = 100000 - 60");
        superuser("UPDATE agent_heartbeats SET ticks = 4, max_ms = 200, busy_ms = 560 WHERE sequence = 100000 - 61");
        SloView.Status status = count();
        assertThat(of(status)).isEqualTo(new Tally(60 + 3, 28 * 6 + 6));
    }

    @Test
    void minutes_in_which_it_was_not_heard_are_bad_events() {
        declare(slo(Indicator.HEARTBEAT, null, null, 99), 60);
        beats(66, 40, 0, 10);
        beats(35, 2, 0, 10);
        sql("""
                INSERT INTO agent_heartbeats (organization_id, agent_id, at, fence, sequence, phase, ticks, failures,
                    items, busy_ms, max_ms, late_ms, abandoned)
                SELECT organization_id, 'another', at, 1, sequence, phase, 1, 0, 1, 1, 1, 0, 0
                FROM agent_heartbeats
                UNION ALL
                SELECT ?, 'another', CAST(? AS timestamptz) - make_interval(secs => 10 * back - 5), 1, 100000 - back,
                    'heartbeating', 1, 0, 1, 1, 1, 0, 0
                FROM generate_series(36 * 6, 40 * 6) AS back
                """, Organizations.DEFAULT, minute);
        SloView.Status status = count();
        assertThat(new Tally(0, status.total() - status.good()))
                .as("silent from 40 to 35 minutes ago, overdue from 25 seconds after that on")
                .isEqualTo(new Tally(0, 5));
        assertThat(status.total()).isBetween(57L, 59L);
    }

    @Test
    void minutes_in_which_nobody_was_heard_and_merged_heartbeats_are_not_its_fault() {
        declare(slo(Indicator.HEARTBEAT, null, null, 99), 60);
        beats(66, 40, 0, 10);
        beats(37, 2, 0, 10);
        SloView.Status status = count();
        assertThat(status.total() - status.good()).isZero();
        assertThat(status.total()).isBetween(53L, 57L);
    }

    @Test
    void an_agent_people_hold_promises_nothing() {
        declare(slo(Indicator.HEARTBEAT, null, null, 99), 30);
        beats(40, 2, 0, 10);
        sql("UPDATE agents SET desired = 'paused'");
        assertThat(of(count())).isEqualTo(new Tally(0, 0));
    }

    private void points(String agent, String name, String labels, String value) {
        sql("""
                INSERT INTO metric_series (organization_id, agent_id, name, labels)
                VALUES (?, ?, ?, ?::jsonb)
                """, Organizations.DEFAULT, agent, name, labels);
        sql("""
                INSERT INTO performance_metrics (organization_id, series_id, at, value)
                SELECT organization_id, series_id, CAST(? AS timestamptz) - make_interval(mins => ago), %s
                FROM metric_series, generate_series(3, 22) AS ago
                WHERE name = ? AND labels = ?::jsonb
                """.formatted(value), minute, name, labels);
    }

    @Test
    void a_point_beyond_the_bound_is_a_bad_event_of_cost_and_quality() {
        points("shop", "run.cost", "{}", "ago");
        declare(slo(Indicator.COST, "run.cost", 20.0, 99), 30);
        assertThat(of(count())).isEqualTo(new Tally(18, 20));
        desk().put(slo(Indicator.QUALITY, "run.cost", 20.0, 99));
        sql("UPDATE slos SET counted_to = counted_to - interval '30 minutes'");
        assertThat(of(count())).as("counted anew").isEqualTo(new Tally(3, 20));
    }

    @Test
    void attempts_of_a_queue_are_its_events() {
        points("", "task.attempts", "{\"queue\": \"orders\", \"type\": \"send\", \"outcome\": \"completed\"}", "5");
        points("", "task.attempts", "{\"queue\": \"orders\", \"type\": \"send\", \"outcome\": \"failed\"}", "1");
        points("", "task.attempts", "{\"queue\": \"orders\", \"type\": \"send\", \"outcome\": \"snoozed\"}", "9");
        points("", "task.attempts", "{\"queue\": \"others\", \"type\": \"send\", \"outcome\": \"failed\"}", "9");
        points(
                "",
                "task.duration",
                "{\"queue\": \"orders\", \"type\": \"send\", \"outcome\": \"completed\"}",
                "100 * ago");
        declare(new Slo("trial", null, "orders", Indicator.SUCCESS, null, null, 99, Duration.ofDays(30), 10, ""), 30);
        assertThat(of(count())).isEqualTo(new Tally(100, 120));
        desk().put(new Slo("trial", null, "orders", Indicator.LATENCY, null, 1000.0, 99, Duration.ofDays(30), 10, ""));
        sql("UPDATE slos SET counted_to = counted_to - interval '30 minutes'");
        assertThat(of(count())).as("up to ten minutes ago").isEqualTo(new Tally(40, 100));
    }

    @Test
    void a_budget_that_burns_fast_pages_without_a_rule_of_ones_own_and_the_alert_ends_with_it() {
        new DeclaredRules(test.database(), Organizations.DEFAULT).declare(List.of());
        declare(slo(Indicator.SUCCESS, null, null, 99), 90);
        beats(90, 2, 0, 10);
        count();
        assertThat(alerts()).isEmpty();
        superuser("UPDATE agent_heartbeats SET failures = 1 WHERE at > now() - interval '25 minutes'");
        sql("DELETE FROM slo_counts");
        sql("UPDATE slos SET counted_to = counted_from, good = 0, total = 0");
        SloView.Status status = count();
        assertThat(status.urgency()).isEqualTo("page");
        assertThat(status.summary()).contains("the error budget of trial burns").contains("1h and 5m");
        assertThat(alerts()).containsExactly("slo-page critical shop firing " + status.summary());
        assertThat(desk().list(Optional.of("shop"), Optional.empty(), Optional.of(Urgency.PAGE), Optional.empty(), 10))
                .hasSize(1);
        sql("UPDATE slo_status SET urgency = NULL");
        assertThat(alerts()).singleElement().asString().contains("resolved");
    }

    private List<String> alerts() {
        new AlertEngine(test.database(), List.of(), () -> {}, () -> DatabaseSlowness.NONE).round(handle -> {});
        return test.database()
                .read(handle -> handle.createQuery("""
                SELECT rule || ' ' || severity || ' ' || agent_id || ' ' || state || ' ' || summary FROM alerts
                """).mapTo(String.class).list());
    }

    @Test
    void counting_goes_on_where_it_ended_and_windows_are_differences() {
        declare(slo(Indicator.SUCCESS, null, null, 99), 200);
        beats(200, 100, 1, 10);
        monitor.round(handle -> {});
        beats(100, 2, 0, 10);
        sql("DELETE FROM slo_counts WHERE at > CAST(? AS timestamptz) - interval '100 minutes'", minute);
        sql("UPDATE slos SET counted_to = CAST(? AS timestamptz) - interval '100 minutes'", minute);
        SloView.Status status = count();
        assertThat(of(status)).isEqualTo(new Tally(98 * 6, 198 * 6));
        assertThat(status.windows().replace(" ", ""))
                .as("an hour without the first half of the bad ones")
                .containsPattern("\"good\":(\\d+),\"total\":\\1,\"window\":\"1h\"")
                .doesNotContainPattern("\"good\":(\\d+),\"total\":\\1,\"window\":\"6h\"");
        int before = rows();
        assertThat(test.database().<Integer>write(new SloCounter()::thin)).isPositive();
        assertThat(rows()).isLessThan(before);
        sql("UPDATE slos SET counted_to = counted_to - interval '1 minute'");
        assertThat(count().total()).as("nothing was lost by thinning").isBetween(198L * 6, 199L * 6);
    }

    @Test
    void thinning_keeps_the_last_total_also_of_what_happens_once_an_hour() {
        declare(slo(Indicator.SUCCESS, null, null, 99), 60);
        sql("UPDATE slos SET counted_to = date_trunc('minute', now())");
        sql("""
                INSERT INTO slo_counts (organization_id, slo, at, good, total)
                SELECT organization_id, name,
                    date_trunc('hour', now()) - make_interval(hours => back) + make_interval(mins => minute), 1, 1
                FROM slos, generate_series(1, 23) AS back, unnest(ARRAY[6, 8]) AS minute
                """);
        assertThat(test.database().<Integer>write(new SloCounter()::thin)).isBetween(19, 21);
        assertThat(test.database()
                        .<Integer>read(handle -> handle.createQuery(
                                        "SELECT count(*) FROM slo_counts WHERE extract(minute FROM at) = 8")
                                .mapTo(Integer.class)
                                .one()))
                .isEqualTo(23);
    }

    private int rows() {
        return test.database()
                .read(handle -> handle.createQuery("SELECT count(*) FROM slo_counts")
                        .mapTo(Integer.class)
                        .one());
    }

    @Test
    void what_code_declares_is_changed_there_and_goes_when_it_is_declared_no_more() {
        DeclaredSlos declared = new DeclaredSlos(test.database(), Organizations.DEFAULT);
        declared.declare(List.of(slo(Indicator.SUCCESS, null, null, 99)));
        assertThat(desk().find("trial").orElseThrow().status()).isNull();
        assertThatThrownBy(() -> desk().put(slo(Indicator.SUCCESS, null, null, 90)))
                .isInstanceOf(MainstayException.class)
                .hasMessageContaining("change it there");
        assertThatThrownBy(() -> desk().remove("trial")).hasMessageContaining("change it there");
        declared.declare(List.of());
        assertThat(desk().find("trial")).isEmpty();
        assertThatThrownBy(() -> desk().remove("trial")).hasMessageContaining("there is no SLO");
        assertThat(desk().put(slo(Indicator.SUCCESS, null, null, 90))).isTrue();
        assertThat(desk().put(slo(Indicator.SUCCESS, null, null, 95))).isFalse();
        declared.declare(List.of());
        assertThat(desk().find("trial")).as("made by a request").isPresent();
        desk().remove("trial");
        assertThat(desk().find("trial")).isEmpty();
    }
}
