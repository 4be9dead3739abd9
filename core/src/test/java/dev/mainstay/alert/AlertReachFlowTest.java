package dev.mainstay.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.telemetry.Severity;
import dev.mainstay.testing.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Dependencies, money, acknowledgements, and a notifier that is sick for long.
class AlertReachFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    @RegisterExtension
    private static final AlertStage stage = new AlertStage();

    private void reads(String agent, String... sources) {
        stage.suspect(agent);
        stage.trust(agent);
        stage.run(
                "UPDATE agents SET data_sources = string_to_array(?, ' ') WHERE id = ?",
                String.join(" ", sources),
                agent);
    }

    private void unwell(String agent, int score) {
        stage.run("INSERT INTO agent_health VALUES (?, ?, now(), ?)", Organizations.DEFAULT, agent, score);
    }

    @Test
    void what_an_agent_reads_from_speaks_for_it() throws InterruptedException {
        stage.plan().rule(AlertRule.of("health-low", Severity.WARNING, new Condition.Unhealthy(50)));
        reads("shop");
        reads("prices", "shop", "https://example.org");
        reads("report", "prices");
        reads("stranger");
        stage.suspect("shop");
        List.of("shop", "prices", "report", "stranger").forEach(agent -> unwell(agent, 20));
        stage.round();
        UUID shop = byAgent("shop", "heartbeat-missed").id();
        assertThat(byAgent("prices", "health-low").inhibitedBy()).isEqualTo(shop);
        assertThat(byAgent("report", "health-low").inhibitedBy())
                .as("through prices")
                .isNotNull();
        assertThat(byAgent("stranger", "health-low").inhibitedBy()).isNull();
        stage.suspect("prices");
        stage.round();
        assertThat(byAgent("prices", "heartbeat-missed").inhibitedBy())
                .as("that it is silent is its own")
                .isNull();
        stage.trust("shop");
        stage.run("DELETE FROM agent_health WHERE agent_id = 'shop'");
        stage.round();
        assertThat(byAgent("prices", "health-low").inhibitedBy())
                .as("its own silence speaks now")
                .isEqualTo(byAgent("prices", "heartbeat-missed").id());
    }

    private Alert byAgent(String agent, String rule) {
        return stage.alerts().stream()
                .filter(alert -> agent.equals(alert.agent()) && alert.rule().equals(rule))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void two_that_read_from_each_other_are_both_told() {
        stage.plan().rule(AlertRule.of("health-low", Severity.WARNING, new Condition.Unhealthy(50)));
        reads("hen", "egg");
        reads("egg", "hen");
        unwell("hen", 20);
        unwell("egg", 20);
        stage.round();
        assertThat(stage.alerts()).hasSize(2).allMatch(Alert::isTold);
    }

    @Test
    void of_rules_that_speak_for_each_other_all_are_told() {
        stage.plan()
                .rule(AlertRule.of("one", Severity.WARNING, new Condition.Unhealthy(50))
                        .inhibiting("two"));
        stage.plan()
                .rule(AlertRule.of("two", Severity.WARNING, new Condition.Unhealthy(50))
                        .inhibiting("three", "four"));
        stage.plan()
                .rule(AlertRule.of("three", Severity.WARNING, new Condition.Unhealthy(50))
                        .inhibiting("one"));
        stage.plan().rule(AlertRule.of("four", Severity.WARNING, new Condition.Unhealthy(50)));
        reads("shop");
        unwell("shop", 20);
        stage.round();
        for (String rule : List.of("one", "two", "three")) {
            assertThat(byAgent("shop", rule).isTold()).as(rule).isTrue();
        }
        assertThat(byAgent("shop", "four").inhibitedBy())
                .isEqualTo(byAgent("shop", "two").id());
    }

    @Test
    void a_notifier_that_hangs_takes_few_notifications_with_it() throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        stage.plan().notifier("hanging", _ -> never.await());
        NotificationSender sender =
                new NotificationSender(stage.database(), stage.plan().notifiers());
        waiting("hanging", 30);
        waiting("people", 1);
        sender.round();
        stage.nextTold();
        sender.round();
        assertThat(number("SELECT count(*)::int FROM alert_notifications WHERE notifier = 'hanging' AND attempts > 0"))
                .isEqualTo(NotificationSender.MOST_OF_ONE);
        never.countDown();
    }

    @Test
    void what_happened_to_an_agent_counts_together_on_whatever_node() {
        stage.plan()
                .rule(AlertRule.of(
                        "trial-moved", Severity.WARNING, new Condition.Seen("trial.moved", 2, Duration.ofMinutes(2))));
        for (String node : List.of("node-a", "node-b")) {
            stage.run("""
                    INSERT INTO system_events (organization_id, type, severity, agent_id, node_id, cause)
                    VALUES (?, 'trial.moved', 'warning', 'wanderer', ?, 'x'), (?, 'trial.moved', 'warning', NULL, ?, 'x')
                    """, Organizations.DEFAULT, node, Organizations.DEFAULT, node);
        }
        stage.round();
        assertThat(stage.alerts()).singleElement().satisfies(alert -> {
            assertThat(alert.agent()).isEqualTo("wanderer");
            assertThat(alert.node()).isEqualTo("node-b");
        });
    }

    private static void waiting(String notifier, int notifications) {
        stage.run("""
                INSERT INTO alert_notifications (organization_id, notifier, kind, group_key, severity, alerts, due_at)
                SELECT ?, ?, 'firing', 'group-' || number, 'warning', '{}', now()
                FROM generate_series(1, ?) AS number
                """, Organizations.DEFAULT, notifier, notifications);
    }

    @Test
    void a_less_grave_alert_does_not_speak_for_a_graver_one() {
        stage.plan().rule(AlertRule.of("health-low", Severity.WARNING, new Condition.Unhealthy(50)));
        stage.plan().rule(AlertRule.of("very-low", Severity.CRITICAL, new Condition.Unhealthy(30)));
        reads("shop");
        reads("prices", "shop");
        unwell("shop", 40);
        unwell("prices", 20);
        stage.round();
        assertThat(byAgent("prices", "health-low").inhibitedBy()).isNotNull();
        assertThat(byAgent("prices", "very-low").inhibitedBy()).isNull();
    }

    private void spend(String metric, String unit, double... amounts) {
        stage.run("""
                INSERT INTO metric_series (organization_id, agent_id, name, labels, unit)
                VALUES (?, 'writer', ?, '{}', ?) ON CONFLICT DO NOTHING
                """, Organizations.DEFAULT, metric, unit);
        for (double amount : amounts) {
            stage.run("""
                    INSERT INTO performance_metrics (organization_id, series_id, at, value)
                    SELECT organization_id, series_id, now() - interval '10 seconds', ?
                    FROM metric_series
                    WHERE name = ? AND unit = ?
                    """, amount, metric, unit);
        }
        stage.run("INSERT INTO rollup_pending (width, bucket) SELECT DISTINCT '1m', date_trunc('minute', at) "
                + "FROM performance_metrics ON CONFLICT DO NOTHING");
    }

    @Test
    void money_beyond_a_bound_is_found_and_what_nobody_knows_is_not_nothing() {
        stage.plan()
                .rule(AlertRule.of(
                        "dear", Severity.WARNING, new Condition.Cost("trial.cost", Duration.ofHours(1), 5, "USD")));
        spend("trial.cost", "USD", 2, 2.5);
        spend("trial.cost", "EUR", 100);
        stage.round();
        assertThat(stage.alerts()).as("below, and euros are no dollars").isEmpty();

        spend("trial.cost.unknown", "calls", 3);
        stage.round();
        assertThat(stage.alerts())
                .singleElement()
                .extracting(Alert::summary)
                .isEqualTo("trial.cost at least 4.500 USD, 3 of unknown cost in 1h, above 5");

        stage.run("DELETE FROM metric_series WHERE name LIKE '%.unknown'");
        stage.round();
        assertThat(stage.alerts()).singleElement().extracting(Alert::state).isEqualTo(AlertState.RESOLVED);
        spend("trial.cost", "USD", 1.5);
        stage.round();
        assertThat(stage.alerts()).first().extracting(Alert::summary).isEqualTo("trial.cost 6 USD in 1h, above 5");
        stage.run("DELETE FROM metric_series WHERE name LIKE 'trial.cost%'");
    }

    @Test
    void the_loss_is_what_it_usually_brings_in_less_what_it_did() {
        stage.suspect("seller");
        stage.round();
        Alert alert = byAgent("seller", "heartbeat-missed");
        AlertImpact impact = new AlertImpact(stage.database().api(Organizations.DEFAULT));
        assertThat(impact.of(alert.id()))
                .as("nobody knows what its work is worth")
                .isEmpty();

        stage.run("""
                INSERT INTO metric_series (organization_id, agent_id, name, labels, unit)
                VALUES (?, 'seller', 'work.value', '{"currency": "EUR"}', 'EUR')
                """, Organizations.DEFAULT);
        stage.run("""
                INSERT INTO agent_metrics_1h (organization_id, series_id, bucket, count, sum, min, max, last)
                SELECT organization_id, series_id, date_trunc('hour', now()) - interval '1 hour' * back, 1, 20, 20, 20, 20
                FROM metric_series, unnest(ARRAY[4, 2]) AS back
                WHERE agent_id = 'seller'
                """);
        stage.run("UPDATE alerts SET began_at = now() - interval '90 minutes'");
        assertThat(impact.of(alert.id())).singleElement().satisfies(estimate -> {
            assertThat(estimate.currency()).isEqualTo("EUR");
            assertThat(estimate.usualAnHour()).isBetween(10.0, 20.1);
            assertThat(estimate.lost()).isCloseTo(estimate.usualAnHour() * 1.5, within(0.1));
        });
        stage.run("""
                INSERT INTO performance_metrics (organization_id, series_id, at, value)
                SELECT organization_id, series_id, now() - interval '1 minute', 1000
                FROM metric_series WHERE agent_id = 'seller'
                """);
        assertThat(impact.of(alert.id())).singleElement().satisfies(estimate -> {
            assertThat(estimate.produced()).isEqualTo(1000);
            assertThat(estimate.lost()).isZero();
        });
        stage.run("DELETE FROM metric_series WHERE agent_id = 'seller'");
    }

    @Test
    void that_somebody_takes_care_of_it_is_told_once() throws InterruptedException {
        stage.suspect("a");
        stage.round();
        stage.nextTold();
        stage.desk().acknowledge(byAgent("a", "heartbeat-missed").id(), "on it", "me");
        stage.round();
        Notification told = stage.nextTold();
        assertThat(told.kind()).isEqualTo(Notification.Kind.ACKNOWLEDGED);
        assertThat(NotificationText.lines(told, 5)).singleElement().asString().contains("(me takes care of it)");
        stage.round();
        assertThat(stage.count("alert_notifications")).isEqualTo(2);
    }

    @Test
    void a_notifier_that_answers_500_for_an_hour_gets_each_alert_once_it_is_well_again() throws InterruptedException {
        AtomicBoolean isWell = new AtomicBoolean();
        BlockingQueue<Notification> got = new LinkedBlockingQueue<>();
        stage.plan().notifier("sick", notification -> {
            if (!isWell.get()) {
                throw new IllegalStateException("answered 500");
            }
            got.add(notification);
        });
        stage.plan().route(Route.of(Severity.CRITICAL, "sick"));
        stage.suspect("a");
        int tries = 0;
        for (Duration passed = Duration.ZERO; passed.compareTo(Duration.ofHours(1)) < 0; tries++) {
            stage.round();
            int made = tries + 1;
            Eventually.holds("try " + made + " failed", BOUND, () -> attempts() == made);
            Duration wait = nextWait();
            assertThat(wait).isLessThanOrEqualTo(Duration.ofMinutes(15));
            passed = passed.plus(wait);
            stage.run(
                    "UPDATE alert_notifications SET due_at = now(), last_error = 'not yet', created_at = created_at - make_interval(secs => ?)",
                    (double) wait.toSeconds());
        }
        assertThat(tries).as("an hour of five seconds, doubled").isBetween(8, 14);
        isWell.set(true);
        stage.round();
        Notification told = AlertStage.next(got);
        assertThat(told.attempt()).isEqualTo(tries + 1);
        assertThat(told.alerts()).singleElement().extracting(Alert::agent).isEqualTo("a");
    }

    private int attempts() {
        return number("SELECT coalesce(max(attempts), 0) FROM alert_notifications WHERE last_error = 'answered 500'"
                + " AND due_at < now() + interval '16 minutes'");
    }

    private Duration nextWait() {
        return Duration.ofSeconds(
                number(
                        "SELECT ceil(extract(epoch FROM due_at - now()))::int FROM alert_notifications WHERE last_error IS NOT NULL"));
    }

    private static int number(String sql) {
        return stage.database()
                .read(handle -> handle.createQuery(sql).mapTo(Integer.class).one());
    }
}
