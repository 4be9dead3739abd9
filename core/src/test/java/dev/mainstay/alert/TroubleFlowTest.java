package dev.mainstay.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.DatabaseSlowness;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.telemetry.Severity;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the heartbeats of an agent tell, an agent with a tick and a heartbeat each ten seconds.
class TroubleFlowTest {
    @RegisterExtension
    private static final AlertStage stage = new AlertStage();

    @BeforeEach
    void clean() {
        stage.asSuperuser("DELETE FROM agent_heartbeats");
        stage.asSuperuser("DELETE FROM system_events WHERE agent_id = 'a'");
    }

    private static void agent(String kind, String error) {
        stage.run("""
                INSERT INTO agents (organization_id, id, kind, category, source, spec, state)
                VALUES (?, 'a', ?, 'SUPPORT', 'code',
                    '{"heartbeat": "PT10S", "deadline": "PT1M", "schedule": {"every": "PT10S"}}', 'active')
                """, Organizations.DEFAULT, kind);
        stage.run("""
                INSERT INTO agent_leases (organization_id, agent_id, leased_at, beat_at, last_duration_ms, last_error)
                VALUES (?, 'a', now() - interval '1 hour', now(), 5000, nullif(?, ''))
                """, Organizations.DEFAULT, error);
    }

    /// A heartbeat each ten seconds, from one so long ago to another.
    private static void beats(int from, int to, int ticks, int failures, int items, int millis) {
        stage.run("""
                INSERT INTO agent_heartbeats (organization_id, agent_id, at, fence, sequence, phase, ticks, failures, items,
                    busy_ms, max_ms, late_ms, abandoned)
                SELECT ?, 'a', now() - make_interval(secs => ago), 1, 1, 'working', ?, ?, ?, ?, ?, 0, 0
                FROM generate_series(?, ?, -10) AS ago
                """, Organizations.DEFAULT, ticks, failures, items, (double) millis, (double) millis, from, to);
    }

    private static List<String> rules() {
        stage.round();
        return stage.alerts().stream().map(Alert::rule).toList();
    }

    @Test
    void who_gets_more_work_at_a_time_is_not_slow() {
        agent("import", "");
        beats(251, 41, 1, 0, 10, 40);
        beats(31, 1, 1, 0, 1_000, 4_000);
        assertThat(rules()).isEmpty();

        stage.asSuperuser("UPDATE agent_heartbeats SET items = 10");
        assertThat(rules()).containsExactly("agent-slow");
        assertThat(stage.alerts()).singleElement().satisfies(alert -> {
            assertThat(alert.summary()).isEqualTo("a tick takes 4000 ms, 40 ms are usual");
            assertThat(alert.evidence()).contains("\"itemMillis\": 400");
        });
    }

    @Test
    void a_queue_that_is_worked_off_fast_hides_no_slow_ticks() {
        agent("import", "");
        beats(251, 41, 8, 0, 8, 40);
        beats(31, 1, 8, 0, 8, 4_000);
        assertThat(rules()).containsExactly("agent-slow");
    }

    @Test
    void a_check_of_something_slow_is_not_slow_itself() {
        agent("http-check", "");
        beats(251, 41, 1, 0, 1, 40);
        beats(31, 1, 1, 0, 1, 4_000);
        assertThat(rules()).isEmpty();

        stage.asSuperuser("UPDATE agents SET kind = 'import'");
        assertThat(rules()).containsExactly("agent-slow");
    }

    @Test
    void a_rule_about_some_agents_tells_of_no_others() {
        agent("import", "");
        beats(251, 41, 1, 0, 1, 40);
        beats(31, 1, 1, 0, 1, 4_000);
        assertThat(told(Trouble.SLOW, "a*")).containsExactly("a");
        for (Trouble trouble : Trouble.values()) {
            assertThat(told(trouble, "b*")).as(trouble.word()).isEmpty();
        }
    }

    private static List<String> told(Trouble trouble, String agents) {
        AlertScope some = new AlertScope(Optional.of(agents), Optional.of("import"), Optional.empty());
        AlertRule rule = AlertRule.of("some", Severity.WARNING, new Condition.Troubled(trouble))
                .about(some);
        var stored = new AlertRule.Stored(Organizations.DEFAULT, rule, "code", true, 1);
        return stage
                .database()
                .read(handle -> Findings.of(handle, stored, stage.database().now()))
                .stream()
                .map(Finding::agent)
                .toList();
    }

    @Test
    void while_the_database_is_slow_nobody_new_is_told_to_be_and_who_is_well_again_is() {
        agent("import", "");
        beats(251, 41, 1, 0, 1, 40);
        beats(31, 1, 1, 0, 1, 4_000);
        stage.slowness(DatabaseSlowness.UNKNOWN);
        assertThat(rules()).isEmpty();
        stage.slowness(DatabaseSlowness.NONE);
        assertThat(rules()).containsExactly("agent-slow");

        stage.slowness(DatabaseSlowness.UNKNOWN);
        stage.round();
        assertThat(stage.alerts())
                .as("it was slow before")
                .singleElement()
                .satisfies(alert -> assertThat(alert.state()).isEqualTo(AlertState.FIRING));
        stage.asSuperuser("UPDATE agent_heartbeats SET max_ms = 40, busy_ms = 40");
        stage.round();
        assertThat(stage.alerts())
                .singleElement()
                .satisfies(alert -> assertThat(alert.state()).isEqualTo(AlertState.RESOLVED));
    }

    /// Forty milliseconds are usual, four seconds it takes.
    @ParameterizedTest
    @CsvSource({"24,50,true", "26,50,false", "3,190,true", "3,200,false"})
    void while_the_database_is_slow_who_is_slow_beyond_that_is_told_of(double times, double millis, boolean isTold) {
        agent("import", "");
        beats(251, 41, 1, 0, 1, 40);
        beats(31, 1, 1, 0, 1, 4_000);
        stage.slowness(new DatabaseSlowness(times, millis));
        assertThat(rules()).hasSize(isTold ? 1 : 0);
    }

    @Test
    void one_long_wait_among_ticks_that_the_database_explains_is_explained_too() {
        agent("import", "");
        beats(251, 41, 1, 0, 1, 500);
        beats(31, 11, 1, 0, 1, 2_500);
        beats(1, 1, 1, 0, 1, 20_000);
        stage.slowness(new DatabaseSlowness(3, 20));
        assertThat(rules()).isEmpty();
        stage.slowness(DatabaseSlowness.NONE);
        assertThat(rules()).containsExactly("agent-slow");
    }

    /// As when the machine they share has other work.
    @Test
    void who_is_slow_together_with_the_others_of_its_node_is_not_slow_itself() {
        agent("import", "");
        beats(251, 41, 1, 0, 1, 40);
        beats(31, 1, 1, 0, 1, 4_000);
        for (String other : List.of("b", "c")) {
            stage.asSuperuser("INSERT INTO agents (organization_id, id, kind, category, source, spec, state)"
                    + " SELECT organization_id, '" + other + "', kind, category, source, spec, state FROM agents"
                    + " WHERE id = 'a'");
            stage.asSuperuser(
                    "INSERT INTO agent_leases (organization_id, agent_id, leased_at, beat_at, last_duration_ms)"
                            + " SELECT organization_id, '" + other
                            + "', leased_at, beat_at, last_duration_ms FROM agent_leases"
                            + " WHERE agent_id = 'a'");
            stage.asSuperuser(
                    "INSERT INTO agent_heartbeats (organization_id, agent_id, at, fence, sequence, phase, ticks,"
                            + " failures, items, busy_ms, max_ms, late_ms, abandoned) SELECT organization_id, '" + other
                            + "', at, fence, sequence, phase, ticks, failures, items, busy_ms, max_ms, late_ms, abandoned"
                            + " FROM agent_heartbeats WHERE agent_id = 'a'");
        }
        stage.round();
        assertThat(stage.alerts()).singleElement().satisfies(alert -> {
            assertThat(alert.summary()).isEqualTo("a tick takes 4000 ms, 40 ms are usual, of 3 of its 3 agents");
            assertThat(alert.agent()).isNull();
        });

        stage.asSuperuser("DELETE FROM agent_heartbeats WHERE agent_id = 'c' AND busy_ms > 100");
        stage.round();
        assertThat(stage.alerts().stream()
                        .filter(alert -> alert.state() == AlertState.FIRING)
                        .map(Alert::agent))
                .as("two of them")
                .containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void a_queue_that_is_worked_off_well_hides_no_ticks_that_fail() {
        agent("import", "the parser is confused");
        beats(51, 31, 8, 0, 8, 5);
        beats(21, 1, 8, 1, 7, 5);
        assertThat(rules()).as("attempts at tasks may fail now and then").isEmpty();
        stage.asSuperuser("UPDATE agent_leases SET failing = 3");
        assertThat(rules()).containsExactly("agent-failing");
    }

    @Test
    void two_failures_in_a_row_are_enough_after_fifty_ticks_that_were_well() {
        agent("import", "the parser is confused");
        stage.asSuperuser("UPDATE agent_leases SET failing = 2");
        beats(501, 21, 1, 0, 1, 5);
        beats(11, 1, 1, 1, 0, 5);
        assertThat(rules()).as("after forty-nine").isEmpty();
        beats(511, 511, 1, 1, 0, 5);
        assertThat(rules()).as("after a failure and forty-nine").isEmpty();
        stage.asSuperuser("UPDATE agent_heartbeats SET failures = 0 WHERE at < now() - interval '500 seconds'");
        stage.asSuperuser("UPDATE agent_leases SET last_error = 'connection to shop refused'");
        assertThat(rules()).as("somebody who may be back").isEmpty();
        stage.asSuperuser("UPDATE agent_leases SET last_error = 'the parser is confused'");
        assertThat(rules()).containsExactly("agent-failing");
    }

    @Test
    void who_has_not_connected_again_after_two_ticks_does_not_do_so_by_itself() {
        agent("import", "SocketException: Broken pipe");
        beats(51, 21, 1, 0, 1, 5);
        beats(11, 1, 1, 1, 0, 5);
        assertThat(rules()).as("two that failed, with others between them").isEmpty();
        stage.asSuperuser("UPDATE agent_leases SET failing = 2");
        assertThat(rules()).containsExactly("agent-disconnected");
    }

    private static void crashed(String ago, int waits) {
        stage.run(
                "INSERT INTO system_events (organization_id, at, type, severity, agent_id, cause, detail) "
                        + "VALUES (?, now() - CAST(? AS interval), 'agent.transition', 'warning', 'a', 'no such file', "
                        + "jsonb_build_object('crash', true, 'waits', ?))",
                Organizations.DEFAULT,
                ago,
                waits);
    }

    @Test
    void one_crash_is_told_when_it_will_be_long_until_the_agent_is_made_anew() {
        agent("import", "");
        stage.asSuperuser("UPDATE agents SET state = 'recovering'");
        beats(331, 311, 1, 0, 1, 5);
        crashed("10 seconds", 16);
        assertThat(rules()).isEmpty();
        stage.asSuperuser("DELETE FROM system_events WHERE agent_id = 'a'");
        crashed("5 seconds", 32);
        assertThat(rules())
                .as("the only one: its back-off is long because somebody wants it so")
                .isEmpty();
        crashed("6 minutes", 16);
        assertThat(rules()).containsExactly("agent-crashing");
        assertThat(stage.alerts())
                .singleElement()
                .satisfies(alert -> assertThat(alert.summary())
                        .isEqualTo("a crash after others, and it is made anew only after a while: no such file"));
    }

    @Test
    void an_agent_that_is_started_anew_more_and_more_seldom_crashes_all_the_same() {
        agent("import", "");
        stage.asSuperuser("UPDATE agents SET state = 'recovering'");
        beats(331, 311, 1, 0, 1, 5);
        crashed("5 minutes", 1);
        assertThat(rules()).isEmpty();
        crashed("2 minutes", 1);
        assertThat(rules()).containsExactly("agent-crashing");
        assertThat(stage.alerts())
                .singleElement()
                .satisfies(alert -> assertThat(alert.summary())
                        .isEqualTo("2 crashes and no good tick since, the last: no such file"));
        beats(201, 201, 1, 0, 1, 5);
        stage.round();
        assertThat(stage.alerts())
                .as("a good tick between them")
                .singleElement()
                .satisfies(alert -> assertThat(alert.state()).isEqualTo(AlertState.RESOLVED));
    }

    @Test
    void what_failed_while_the_database_was_away_tells_nothing_of_the_agent() {
        agent("import", "Connection to shop:5432 refused. Check that the hostname and port are correct");
        beats(351, 141, 1, 0, 1, 5);
        beats(1, 1, 14, 14, 0, 500);
        assertThat(rules()).as("a heartbeat of 140 seconds").isEmpty();

        stage.asSuperuser("DELETE FROM agent_heartbeats WHERE failures = 0");
        assertThat(rules()).as("and none before it within the window").isEmpty();
    }

    @Test
    void failures_of_its_own_are_told_by_their_kind() {
        Map<String, String> kinds = Map.of(
                "java.lang.IllegalStateException: no price", "agent-failing",
                "Connection to shop:5432 refused. Check that the hostname and port are correct", "dependency-down",
                "org.postgresql.util.PSQLException: gefallen (SQLState 57P03)", "dependency-down",
                "org.postgresql.util.PSQLException: gefallen (SQLState 08001)", "dependency-down",
                "org.postgresql.util.PSQLException: gefallen (SQLState 08006)", "agent-disconnected",
                "org.postgresql.util.PSQLException: gefallen (SQLState 57P01)", "agent-disconnected",
                "the database system is starting up", "dependency-down");
        kinds.forEach((error, rule) -> {
            stage.clean();
            clean();
            agent("import", error);
            beats(51, 1, 1, 1, 0, 5);
            assertThat(rules()).as(error).containsExactly(rule);
        });
    }

    @Test
    void a_check_that_fails_twice_in_a_row_tells_that_its_target_is_down() {
        agent("http-check", "https://shop.example.org answered 503");
        beats(251, 11, 1, 0, 1, 5);
        beats(1, 1, 1, 1, 0, 5);
        assertThat(rules()).as("once may be anything").isEmpty();

        stage.asSuperuser("UPDATE agent_heartbeats SET failures = 1 WHERE at > now() - interval '20 seconds'");
        stage.round();
        assertThat(stage.alerts()).singleElement().satisfies(alert -> {
            assertThat(alert.rule()).isEqualTo("target-down");
            assertThat(alert.severity()).isEqualTo(Severity.CRITICAL);
            assertThat(alert.summary()).isEqualTo("https://shop.example.org answered 503");
        });
        beats(0, 0, 1, 0, 1, 5);
        stage.round();
        assertThat(stage.alerts()).singleElement().extracting(Alert::state).isEqualTo(AlertState.RESOLVED);
    }

    @Test
    void somebody_is_told_that_an_answer_is_waited_for_until_there_is_one() {
        agent("trial", "");
        stage.run("""
                INSERT INTO recoveries (organization_id, agent_id, cause, playbook, alert_id, alert_summary, state, began_at,
                    detected_at, dry_run, proposed)
                VALUES (?, 'a', 'crash', 'crash', gen_random_uuid(), '', 'approval', now(), now(), false, 'restart-clean')
                """, Organizations.DEFAULT);
        assertThat(rules()).contains("recovery-approval");
        assertThat(stage.alerts())
                .filteredOn(alert -> alert.rule().equals("recovery-approval"))
                .singleElement()
                .satisfies(alert -> {
                    assertThat(alert.summary())
                            .isEqualTo("restart-clean against crash waits for a person to let it be done");
                    assertThat(alert.severity()).isEqualTo(Severity.WARNING);
                });
        stage.run("UPDATE recoveries SET approved_by = 'me'");
        stage.round();
        assertThat(stage.count("alerts WHERE rule = 'recovery-approval' AND state <> 'resolved'"))
                .isZero();
    }
}
