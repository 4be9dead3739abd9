package dev.mainstay.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.telemetry.Severity;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the heartbeats of an agent tell, an agent with a tick and a heartbeat each ten seconds.
class TroubleFlowTest {
    private static AlertStage stage;

    @BeforeAll
    static void open() {
        stage = new AlertStage();
    }

    @AfterAll
    static void close() {
        stage.close();
    }

    @BeforeEach
    void clean() {
        stage.clean();
        stage.asSuperuser("DELETE FROM agent_heartbeats");
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
