package dev.mainstay.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.MainstayException;
import dev.mainstay.postgres.DatabaseSlowness;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.telemetry.Severity;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// From what is stored to who is told, a round at a time.
class AlertFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final TestDatabase TEST = TestDatabase.create();

    private final BlockingQueue<Notification> told = new LinkedBlockingQueue<>();
    private AlertPlan plan = new AlertPlan();

    @AfterAll
    static void drop() {
        TEST.close();
    }

    @BeforeEach
    void clean() {
        TEST.database().write(handle -> {
            List.of(
                            "alerts",
                            "alert_rules",
                            "alert_silences",
                            "alert_notifications",
                            "agent_suspicions",
                            "agent_health",
                            "agents")
                    .forEach(table -> handle.execute("DELETE FROM " + table));
            return 0;
        });
        plan = new AlertPlan();
        plan.notifier("people", told::add);
        plan.route(Route.of(Severity.INFO, "people"));
    }

    private void round() {
        new DeclaredRules(TEST.database(), Organizations.DEFAULT).declare(plan.rules());
        new AlertEngine(TEST.database(), plan.routes(), () -> {}, () -> DatabaseSlowness.NONE).round(handle -> {});
        new NotificationSender(TEST.database(), plan.notifiers()).round();
    }

    private static int run(String sql, Object... values) {
        return TEST.database().write(handle -> handle.execute(sql, values));
    }

    private static void suspect(String agent) {
        run("""
                INSERT INTO agents (organization_id, id, kind, category, source, spec, state)
                VALUES (?, ?, 'test', 'SUPPORT', 'code', '{}', 'inactive') ON CONFLICT DO NOTHING
                """, Organizations.DEFAULT, agent);
        run("""
                INSERT INTO agent_suspicions (organization_id, agent_id, kind, since, silence, usual, phi, node_id)
                VALUES (?, ?, 'silent', now() - interval '7 seconds', '6 seconds', '1 second', 9, 'node-a')
                """, Organizations.DEFAULT, agent);
    }

    private static void trust(String agent) {
        run("DELETE FROM agent_suspicions WHERE agent_id = ?", agent);
    }

    private static AlertDesk desk() {
        return new AlertDesk(TEST.database().api(Organizations.DEFAULT));
    }

    private static List<Alert> alerts() {
        return desk().list(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), 100);
    }

    private Notification nextTold() throws InterruptedException {
        return next(told);
    }

    private static Notification next(BlockingQueue<Notification> queue) throws InterruptedException {
        return Objects.requireNonNull(queue.poll(BOUND.toSeconds(), TimeUnit.SECONDS), "nobody was told");
    }

    @Test
    void a_silent_agent_is_told_and_so_is_its_return() throws InterruptedException {
        suspect("a");
        round();

        assertThat(alerts()).singleElement().satisfies(alert -> {
            assertThat(alert.state()).isEqualTo(AlertState.FIRING);
            assertThat(alert.severity()).isEqualTo(Severity.CRITICAL);
            assertThat(alert.agent()).isEqualTo("a");
            assertThat(alert.summary()).matches("no heartbeat for ([7-9]|\\d{2,})s, φ 9");
            assertThat(alert.evidence()).contains("agent_suspicions");
        });
        assertThat(nextTold().title()).startsWith("[critical] heartbeat-missed: a: no heartbeat for");

        trust("a");
        round();

        assertThat(alerts()).singleElement().extracting(Alert::state).isEqualTo(AlertState.RESOLVED);
        run("UPDATE alert_notifications SET due_at = now() WHERE due_at > now()");
        round();
        assertThat(nextTold().kind()).isEqualTo(Notification.Kind.RESOLVED);
    }

    @Test
    void going_on_tells_nobody_again() {
        suspect("a");
        round();
        round();
        round();
        assertThat(alerts()).hasSize(1);
        assertThat(count("alert_notifications")).isEqualTo(1);
    }

    private static long count(String table) {
        return TEST.database()
                .read(handle -> handle.createQuery("SELECT count(*) FROM " + table)
                        .mapTo(Long.class)
                        .one());
    }

    @Test
    void many_alerts_of_one_rule_come_in_two_notifications() {
        suspect("a");
        round();
        for (int i = 0; i < 200; i++) {
            suspect("agent-" + i);
        }
        round();
        round();
        assertThat(alerts().size()).isEqualTo(100);
        assertThat(count("alerts")).isEqualTo(201);
        List<Integer> sizes = TEST.database()
                .read(handle -> handle.createQuery("SELECT cardinality(alerts) FROM alert_notifications ORDER BY 1")
                        .mapTo(Integer.class)
                        .list());
        assertThat(sizes).containsExactly(1, 200);
    }

    @Test
    void what_does_not_hold_long_enough_is_no_alert() {
        plan.rule(AlertRule.of("health-low", Severity.WARNING, new Condition.Unhealthy(50))
                .holding(Duration.ofMinutes(1)));
        run("INSERT INTO agent_health VALUES (?, 'a', now(), 20)", Organizations.DEFAULT);
        round();
        assertThat(alerts()).isEmpty();
        assertThat(count("alerts")).isEqualTo(1);

        run("UPDATE alerts SET pending_at = pending_at - interval '61 seconds'");
        round();
        assertThat(alerts()).singleElement().extracting(Alert::summary).isEqualTo("health 20, below 50");
        run("DELETE FROM agent_health");
        round();
        assertThat(alerts()).singleElement().extracting(Alert::state).isEqualTo(AlertState.RESOLVED);
    }

    @Test
    void what_ends_while_it_is_pending_leaves_nothing() {
        plan.rule(AlertRule.of("health-low", Severity.WARNING, new Condition.Unhealthy(50))
                .holding(Duration.ofMinutes(1)));
        run("INSERT INTO agent_health VALUES (?, 'a', now(), 20)", Organizations.DEFAULT);
        round();
        run("DELETE FROM agent_health");
        round();
        assertThat(count("alerts")).isZero();
        assertThat(count("alert_notifications")).isZero();
    }

    @Test
    void a_silence_keeps_it_from_being_told_until_it_ends() throws InterruptedException {
        run("""
                INSERT INTO alert_silences (organization_id, kind, agent_id, starts_at, ends_at, reason, actor)
                VALUES (?, 'maintenance', 'a', now() - interval '1 minute', now() + interval '1 hour', 'disk', 'me')
                """, Organizations.DEFAULT);
        suspect("a");
        round();
        assertThat(alerts()).singleElement().extracting(Alert::isTold).isEqualTo(false);
        assertThat(count("alert_notifications")).isZero();

        run("UPDATE alert_silences SET ends_at = now()");
        round();
        assertThat(nextTold().total()).isEqualTo(1);
    }

    @Test
    void a_lost_node_speaks_for_the_agents_it_ran() throws InterruptedException {
        plan.rule(AlertRule.of(
                        "trial-lost", Severity.CRITICAL, new Condition.Seen("trial.lost", 1, Duration.ofMinutes(2)))
                .inhibiting("heartbeat-missed"));
        run("""
                INSERT INTO system_events (organization_id, type, severity, node_id, cause)
                VALUES (?, 'trial.lost', 'critical', 'node-a', 'expired')
                """, Organizations.DEFAULT);
        suspect("a");
        round();
        assertThat(nextTold().alerts()).singleElement().extracting(Alert::rule).isEqualTo("trial-lost");
        assertThat(count("alert_notifications")).isEqualTo(1);
        assertThat(alerts())
                .hasSize(2)
                .anySatisfy(alert -> assertThat(alert.inhibitedBy()).isNotNull());
    }

    @Test
    void one_that_comes_and_goes_is_told_to_flap_and_no_more() {
        for (int i = 0; i < 12; i++) {
            suspect("a");
            round();
            trust("a");
            round();
        }
        assertThat(alerts()).singleElement().satisfies(alert -> {
            assertThat(alert.flapping()).isTrue();
            assertThat(alert.state()).isEqualTo(AlertState.FIRING);
            assertThat(alert.openings()).isEqualTo(AlertBook.FLAPS);
        });
        run("UPDATE alerts SET missed_at = missed_at - interval '9 minutes'");
        suspect("a");
        round();
        trust("a");
        round();
        run("UPDATE alerts SET missed_at = missed_at - interval '9 minutes'");
        round();
        assertThat(alerts())
                .as("it was there again in between")
                .singleElement()
                .extracting(Alert::state)
                .isEqualTo(AlertState.FIRING);
        run("UPDATE alerts SET missed_at = missed_at - interval '2 minutes'");
        round();
        assertThat(alerts()).singleElement().extracting(Alert::state).isEqualTo(AlertState.RESOLVED);
    }

    @Test
    void nobody_acknowledges_and_the_next_on_the_ladder_is_told() throws InterruptedException {
        BlockingQueue<Notification> lead = new LinkedBlockingQueue<>();
        plan.notifier("lead", lead::add);
        plan.route(new Route(
                Severity.CRITICAL,
                List.of("people"),
                Duration.ZERO,
                Route.DEFAULT_PAUSE,
                List.of(new Route.Rung(Duration.ofMinutes(5), List.of("lead")))));
        suspect("a");
        suspect("b");
        round();
        desk().acknowledge(byAgent("b").id(), "on it", "me");
        run("UPDATE alerts SET escalates_at = escalates_at - interval '6 minutes'");
        round();
        Notification escalated = next(lead);
        assertThat(escalated.kind()).isEqualTo(Notification.Kind.ESCALATED);
        assertThat(escalated.alerts()).singleElement().extracting(Alert::agent).isEqualTo("a");
        round();
        assertThat(lead).isEmpty();
    }

    private static Alert byAgent(String agent) {
        return alerts().stream()
                .filter(alert -> agent.equals(alert.agent()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void people_acknowledge_and_resolve_once() {
        suspect("a");
        round();
        Alert alert = byAgent("a");
        assertThat(desk().acknowledge(alert.id(), "on it", "me").acknowledgedBy())
                .isEqualTo("me");
        assertThat(desk().acknowledge(alert.id(), "again", "you").acknowledgedBy())
                .isEqualTo("me");
        assertThat(desk().resolve(alert.id(), null, "me").state()).isEqualTo(AlertState.RESOLVED);
        assertThatThrownBy(() -> desk().acknowledge(alert.id(), null, "me"))
                .isInstanceOf(MainstayException.class)
                .hasMessageContaining("is resolved and cannot become acknowledged");
        round();
        assertThat(alerts()).singleElement().extracting(Alert::state).isEqualTo(AlertState.FIRING);
    }

    @Test
    void a_notifier_that_fails_is_tried_again_and_one_that_hangs_keeps_nobody() throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        plan.notifier("hanging", _ -> never.await());
        plan.notifier("broken", _ -> {
            throw new IllegalStateException("500 Internal Server Error");
        });
        plan.route(Route.of(Severity.CRITICAL, "hanging", "broken", "people"));
        suspect("a");
        round();
        assertThat(nextTold().attempt()).isEqualTo(1);
        Eventually.holds(
                "the failure is kept",
                BOUND,
                () -> TEST.database()
                        .read(handle ->
                                handle.createQuery("""
                        SELECT coalesce(last_error, '') = '500 Internal Server Error' AND attempts = 1 AND due_at > now()
                            AND sent_at IS NULL
                        FROM alert_notifications WHERE notifier = 'broken'
                        """).mapTo(Boolean.class).one()));
        never.countDown();
    }

    @Test
    void a_metric_beyond_its_bound_is_found_with_its_labels() {
        plan.rule(AlertRule.of(
                "slow",
                Severity.WARNING,
                new Condition.Threshold("trial.latency", Aggregate.AVG, Duration.ofMinutes(5), 100.0, null)));
        run("""
                INSERT INTO metric_series (organization_id, agent_id, name, labels, unit)
                VALUES (?, '', 'trial.latency', '{"of": "x"}', 'ms'), (?, '', 'trial.latency', '{"of": "y"}', 'ms')
                """, Organizations.DEFAULT, Organizations.DEFAULT);
        run("""
                INSERT INTO performance_metrics (organization_id, series_id, at, value)
                SELECT organization_id, series_id, now() - interval '10 seconds' * point,
                    CASE labels ->> 'of' WHEN 'x' THEN 150 ELSE 50 END
                FROM metric_series, generate_series(1, 10) AS point
                WHERE name = 'trial.latency'
                """);
        run("INSERT INTO rollup_pending (width, bucket) SELECT DISTINCT '1m', date_trunc('minute', at) "
                + "FROM performance_metrics ON CONFLICT DO NOTHING");
        round();
        assertThat(alerts()).singleElement().satisfies(alert -> {
            assertThat(alert.summary()).isEqualTo("trial.latency 150 ms (avg of 5m), above 100");
            assertThat(alert.labels()).contains("x");
        });
        run("DELETE FROM metric_series WHERE name = 'trial.latency'");
    }

    @Test
    void a_rule_reads_as_it_was_written() {
        for (AlertRule rule : BuiltinRules.all()) {
            assertThat(AlertRuleStore.rule(rule.name(), AlertRuleSettings.plain(rule)))
                    .isEqualTo(rule);
        }
        assertThatThrownBy(() -> AlertRuleStore.rule("odd", Map.of("metric", "x", "health", 5)))
                .hasMessageContaining("exactly one of");
        assertThatThrownBy(() -> AlertRuleStore.rule("odd", Map.of("metric", "x", "above", 1, "below", 2)))
                .hasMessageContaining("below must be less than above (1.0)");
        assertThatThrownBy(() -> AlertRuleStore.rule("odd", Map.of("metrc", "x")))
                .hasMessageContaining("did you mean");
    }

    @Test
    void the_states_are_the_same_in_sql() {
        for (AlertState from : AlertState.values()) {
            for (AlertState to : AlertState.values()) {
                boolean isLegal = TEST.database()
                        .read(handle -> handle.createQuery("SELECT alert_transition_is_legal(:from, :to)")
                                .bind("from", from.word())
                                .bind("to", to.word())
                                .mapTo(Boolean.class)
                                .one());
                assertThat(isLegal).as("%s to %s", from, to).isEqualTo(from.canBecome(to));
            }
        }
    }
}
