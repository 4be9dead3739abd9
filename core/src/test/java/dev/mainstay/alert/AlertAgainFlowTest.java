package dev.mainstay.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.health.Suspicion;
import dev.mainstay.postgres.DatabaseSlowness;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.telemetry.Severity;
import dev.mainstay.testing.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What comes back, what has been over for long, and when it is looked at all.
class AlertAgainFlowTest {
    @RegisterExtension
    private static final AlertStage stage = new AlertStage();

    @Test
    void one_that_must_hold_and_comes_and_goes_is_told_to_flap_and_no_more() {
        stage.plan()
                .rule(AlertRule.of("long-silent", Severity.CRITICAL, new Condition.Suspected(Suspicion.Kind.SILENT))
                        .holding(Duration.ofMinutes(1)));
        for (int i = 0; i < 12; i++) {
            stage.suspect("a");
            stage.round();
            stage.run("UPDATE alerts SET pending_at = pending_at - interval '61 seconds' WHERE state = 'pending'");
            stage.round();
            stage.trust("a");
            stage.round();
        }
        List<Alert> alerts = stage.desk()
                .list(Optional.empty(), Optional.of("long-silent"), Optional.empty(), Optional.empty(), 100);
        assertThat(alerts).hasSize(AlertBook.FLAPS);
        assertThat(alerts.getFirst().flapping()).isTrue();
        assertThat(alerts.getFirst().state()).isEqualTo(AlertState.FIRING);
        assertThat(alerts.getFirst().openings()).isEqualTo(AlertBook.FLAPS);
        assertThat(alerts.get(1).flapping()).isFalse();
    }

    @Test
    void the_ladder_counts_anew_when_an_alert_comes_back() {
        stage.plan().notifier("lead", _ -> {});
        stage.plan()
                .route(new Route(
                        Severity.CRITICAL,
                        List.of("people"),
                        Duration.ZERO,
                        Route.DEFAULT_PAUSE,
                        List.of(new Route.Rung(Duration.ofMinutes(5), List.of("lead")))));
        stage.suspect("a");
        stage.round();
        stage.trust("a");
        stage.round();
        stage.run("UPDATE alerts SET fired_at = fired_at - interval '6 minutes'");
        stage.suspect("a");
        stage.round();
        stage.round();
        assertThat(stage.count("alert_notifications WHERE kind = 'escalated'")).isZero();
        assertThat(stage.count("alerts WHERE escalates_at > now() + interval '4 minutes'"))
                .isEqualTo(1);
    }

    private static BlockingQueue<Notification> lead() {
        BlockingQueue<Notification> lead = new LinkedBlockingQueue<>();
        stage.plan().notifier("lead", lead::add);
        stage.plan().route(Route.of(Severity.CRITICAL, "lead"));
        return lead;
    }

    private static void roundWhenDue(String kinds) {
        stage.run("UPDATE alert_notifications SET due_at = now() WHERE due_at > now() AND kind LIKE ?", kinds);
        stage.round();
    }

    private static String told(BlockingQueue<Notification> queue) throws InterruptedException {
        Notification next = AlertStage.next(queue);
        return next.kind().word() + " " + next.alerts().getFirst().agent();
    }

    @Test
    void nobody_is_told_late_that_something_fires_which_is_over_nor_that_it_is_over_when_it_fires_again()
            throws InterruptedException {
        BlockingQueue<Notification> lead = lead();
        stage.suspect("a");
        stage.round();
        assertThat(told(lead)).isEqualTo("firing a");
        stage.suspect("b");
        stage.round();
        stage.trust("b");
        stage.round();
        assertThat(told(lead)).isEqualTo("resolved b");
        roundWhenDue("firing");
        assertThat(stage.count("alert_notifications WHERE kind = 'firing' AND due_at IS NULL AND attempts > 0"))
                .isEqualTo(2);

        stage.trust("a");
        stage.round();
        stage.suspect("a");
        stage.round();
        roundWhenDue("resolved");
        roundWhenDue("firing");
        assertThat(told(lead)).isEqualTo("firing a");
        assertThat(lead).isEmpty();
    }

    @Test
    void of_all_that_is_over_is_told_and_of_what_fires_the_gravest_twenty() throws InterruptedException {
        BlockingQueue<Notification> lead = lead();
        for (int i = 0; i < 25; i++) {
            stage.suspect("agent-" + i);
        }
        stage.round();
        Notification firing = AlertStage.next(lead);
        assertThat(firing.total()).isEqualTo(25);
        assertThat(firing.alerts()).hasSize(20);
        for (int i = 0; i < 25; i++) {
            stage.trust("agent-" + i);
        }
        stage.round();
        assertThat(AlertStage.next(lead).alerts()).hasSize(25);
    }

    @Test
    void what_was_acknowledged_or_resolved_while_a_round_was_made_is_told_once() {
        stage.suspect("a");
        stage.round();
        stage.desk().acknowledge(stage.alerts().getFirst().id(), "on it", "me");
        stage.run("UPDATE alerts SET acknowledged_at = acknowledged_at + interval '1 minute'");
        stage.round();
        stage.round();
        assertThat(stage.count("alert_notifications WHERE kind = 'acknowledged'"))
                .isEqualTo(1);
        stage.trust("a");
        stage.run("UPDATE alerts SET acknowledged_at = now(), told_at = now()");
        stage.round();
        stage.run("UPDATE alerts SET resolved_at = resolved_at + interval '1 minute'");
        stage.round();
        assertThat(stage.count("alerts WHERE told_at = resolved_at")).isEqualTo(1);
    }

    @Test
    void one_that_fires_again_joins_what_waits_once_and_makes_it_no_less_grave() throws InterruptedException {
        stage.suspect("a");
        stage.round();
        stage.nextTold();
        stage.suspect("b");
        stage.round();
        stage.run("UPDATE alert_notifications SET severity = 'emergency' WHERE is_open");
        stage.trust("b");
        stage.round();
        stage.suspect("b");
        stage.round();
        assertThat(stage.count("alert_notifications WHERE is_open AND cardinality(alerts) = 1"
                        + " AND severity = 'emergency' AND kind = 'firing'"))
                .isEqualTo(1);
    }

    @Test
    void the_next_of_a_group_comes_no_sooner_than_the_pause_after_the_one_before_was_sent() {
        stage.suspect("a");
        stage.round();
        Eventually.holds(
                "it is sent",
                Duration.ofSeconds(20),
                () -> stage.count("alert_notifications WHERE sent_at IS NOT NULL") == 1);
        stage.run("UPDATE alert_notifications SET created_at = created_at - interval '10 minutes'");
        stage.suspect("b");
        stage.round();
        assertThat(stage.count("alert_notifications WHERE is_open AND due_at > now() + interval '4 minutes'"))
                .isEqualTo(1);
    }

    @Test
    void what_has_been_over_for_long_is_deleted_and_all_else_is_kept() {
        for (String over : List.of("100 days", "80 days")) {
            stage.suspect("a");
            stage.round();
            stage.trust("a");
            stage.round();
            stage.run("""
                    INSERT INTO alert_notifications (organization_id, notifier, kind, group_key, severity, alerts, is_open,
                        sent_at)
                    VALUES (?, 'chat', 'firing', 'x', 'warning', '{}', false, now() - CAST(? AS interval))
                    """, Organizations.DEFAULT, over);
            stage.run(
                    "UPDATE alerts SET resolved_at = now() - CAST(? AS interval)"
                            + " WHERE resolved_at > now() - interval '1 day'",
                    over);
            stage.run("""
                    INSERT INTO alert_silences (organization_id, kind, starts_at, ends_at, reason, actor)
                    VALUES (?, 'silence', now() - interval '200 days', now() - CAST(? AS interval), 'x', 'me')
                    """, Organizations.DEFAULT, over);
            stage.run("""
                    WITH recovery AS (
                        INSERT INTO recoveries (organization_id, agent_id, cause, playbook, alert_id, alert_summary, state,
                            began_at, detected_at, ended_at, dry_run)
                        VALUES (?, 'a', 'silence', 'silence', gen_random_uuid(), 'x', 'recovered',
                            now() - interval '200 days', now() - interval '200 days', now() - CAST(? AS interval), false)
                        RETURNING *)
                    INSERT INTO recovery_actions (organization_id, recovery_id, ordinal, agent_id, cause, action, reason)
                    SELECT organization_id, recovery_id, 1, agent_id, cause, 'restart-agent', 'x' FROM recovery
                    """, Organizations.DEFAULT, over);
        }
        stage.run(
                "INSERT INTO system_state (organization_id, key, value) SELECT organization_id, 'recovery/' || recovery_id "
                        + "|| '/agents/a/cursor', '7'::jsonb FROM recoveries UNION SELECT organization_id, 'recovery/of-their-own', '7' "
                        + "FROM organizations");
        stage.suspect("open");
        stage.round();
        AlertHistory.forget(stage.database(), Duration.ofDays(90), handle -> {});

        assertThat(stage.count("alerts")).as("the later one and the open one").isEqualTo(2);
        assertThat(stage.count("alert_notifications WHERE notifier = 'chat'")).isEqualTo(1);
        assertThat(stage.count("alert_silences")).isEqualTo(1);
        assertThat(stage.count("recoveries")).isEqualTo(1);
        assertThat(stage.count("recovery_actions")).isEqualTo(1);
        assertThat(stage.count("system_state WHERE key LIKE 'recovery/%/agents/a/cursor'"))
                .isEqualTo(1);
        assertThat(stage.count("system_state WHERE key = 'recovery/of-their-own'"))
                .isEqualTo(1);
    }

    @Test
    void ordinary_rules_are_looked_at_when_five_seconds_have_passed_whenever_one_asks() {
        Duration[] passed = {Duration.ZERO};
        AlertEngine engine = new AlertEngine(
                stage.database(), List.of(), () -> {}, () -> DatabaseSlowness.NONE, () -> passed[0].toNanos());
        stage.asSuperuser("DELETE FROM system_events");
        assertThat(isDue(engine)).as("nobody has looked yet").isTrue();
        engine.round(handle -> {});
        stage.run("""
                INSERT INTO agent_leases (organization_id, agent_id, session_id) VALUES (?, 'a', gen_random_uuid())
                """, Organizations.DEFAULT);
        for (String second : List.of("1.2", "2.4", "3.6")) {
            passed[0] = Duration.ofMillis(Math.round(1_000 * Double.parseDouble(second)));
            assertThat(isDue(engine)).as(second).isFalse();
        }
        stage.run("UPDATE agent_leases SET failing = 2, beat_at = now()");
        assertThat(isDue(engine)).as("its last two ticks failed").isTrue();
        stage.run("UPDATE agent_leases SET beat_at = now() - interval '11 seconds'");
        assertThat(isDue(engine)).as("it is not heard any more").isFalse();
        passed[0] = Duration.ofMillis(6_100);
        assertThat(isDue(engine)).isTrue();
        stage.run("DELETE FROM agent_leases");
        assertThat(isDue(engine)).as("no agent runs").isFalse();
        passed[0] = Duration.ofMillis(60_300);
        assertThat(isDue(engine)).isTrue();
    }

    private static boolean isDue(AlertEngine engine) {
        return stage.database()
                .read(handle -> handle.createQuery("SELECT " + engine.due())
                        .mapTo(Boolean.class)
                        .one());
    }
}
