package dev.mainstay.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mainstay.testing.TestDatabase;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Scores from rows inserted by hand.
class HealthEvaluatorFlowTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:05:02Z");

    private static final String NODE = "00000000-0000-0000-0000-00000000000a";

    private final TestDatabase test = TestDatabase.create();
    private final HealthEvaluator evaluator = new HealthEvaluator(test.database());

    @AfterEach
    void drop() {
        test.close();
    }

    private void sql(String statement, Object... values) {
        test.database().write(handle -> handle.execute(statement, values));
    }

    @BeforeEach
    void runs_a_node() {
        session(NODE, "node-a", "2026-01-01T00:00:00Z", "infinity");
    }

    private void session(String id, String node, String started, String expires) {
        sql("""
                INSERT INTO node_sessions (session_id, node_id, started_at, expires_at)
                VALUES (?::uuid, ?, ?::timestamptz, ?::timestamptz)
                """, id, node, started, expires);
    }

    private void agent(String id, String more) {
        sql("""
                INSERT INTO agents (organization_id, id, kind, category, source, state, spec, created_at)
                VALUES ('00000000-0000-0000-0000-000000000001', ?, 'any', 'SUPPORT', 'code', 'active',
                    '{"heartbeat": "PT10S", "deadline": "PT30S", "schedule": {"every": "PT10S"}}', '2026-01-01Z')
                """, id);
        sql("""
                INSERT INTO agent_leases (organization_id, agent_id, session_id, node_id, fence, leased_at)
                VALUES ('00000000-0000-0000-0000-000000000001', ?, ?::uuid, 'node-a', 1, '2026-01-01Z')
                """, id, NODE);
        if (!more.isEmpty()) {
            sql("UPDATE agents SET " + more + " WHERE id = ?", id);
        }
    }

    /// A heartbeat each ten seconds from `from` to before `to`, with one tick of `ms` each.
    private void beats(String agent, String from, String to, double ms, int failures) {
        sql("""
                INSERT INTO agent_heartbeats (organization_id, agent_id, at, fence, sequence, phase, ticks, failures,
                    items, busy_ms, max_ms, late_ms, abandoned)
                SELECT '00000000-0000-0000-0000-000000000001', ?, at, 1, row_number() OVER (ORDER BY at),
                    'heartbeating', 1, ?, 2, ?, ?, 0, 0
                FROM generate_series(?::timestamptz, ?::timestamptz - interval '1 second', interval '10 seconds') AS at
                """, agent, failures, ms, ms, from, to);
    }

    private void event(String agent, String at, String type, String cause, String detail) {
        sql("""
                INSERT INTO system_events (organization_id, at, type, severity, agent_id, cause, detail)
                VALUES ('00000000-0000-0000-0000-000000000001', ?::timestamptz, ?, 'info', ?, ?, ?::jsonb)
                """, at, type, agent, cause, detail);
    }

    private Map<String, HealthScore> evaluate() {
        return evaluator.evaluate(NOW).stream()
                .collect(Collectors.toMap(score -> score.agent().id(), Function.identity()));
    }

    private HealthScore score(String agent) {
        return Optional.ofNullable(evaluate().get(agent)).orElseThrow();
    }

    @Test
    void an_agent_is_judged_by_the_rows_of_the_window_alone() {
        agent("shop", "");
        beats("shop", "2026-03-01T11:00:00Z", "2026-03-01T12:00:00Z", 29_000, 1);
        beats("shop", "2026-03-01T12:00:01Z", "2026-03-01T12:02:31Z", 15_000, 0);
        HealthScore score = score("shop");
        assertThat(score.part("uptime").score()).as("15 of 30").isEqualTo(50, within(1e-9));
        assertThat(score.part("performance").score()).as("half the deadline").isEqualTo(100, within(1e-9));
        assertThat(score.part("errors").score()).isEqualTo(100);
        assertThat(score.part("resources").score()).isNull();
        assertThat(score.part("business").score()).as("15 of 29").isEqualTo(1500 / 29.0, within(1e-9));
        double expected = (0.25 * 50 + 0.25 * 100 + 0.20 * 100 + 0.15 * 1500 / 29.0) / 0.85;
        assertThat(score.score()).isEqualTo(expected, within(1e-9));
        assertThat(score.part("uptime").evidence())
                .containsEntry("received", 15L)
                .containsEntry("expected", 30L)
                .containsEntry(
                        "rows", "/api/v1/agents/shop/heartbeats?from=2026-03-01T12:00:00Z&to=2026-03-01T12:05:00Z");
    }

    @Test
    void heartbeats_that_were_merged_while_the_database_was_away_count_by_their_sequence() throws Exception {
        agent("shop", "");
        beats("shop", "2026-03-01T12:00:01Z", "2026-03-01T12:05:00Z", 10, 0);
        try (Connection connection = test.superuser();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "DELETE FROM agent_heartbeats WHERE at BETWEEN '2026-03-01T12:01Z' AND '2026-03-01T12:03Z'");
        }
        assertThat(score("shop").part("uptime").score()).isEqualTo(100);
    }

    @Test
    void failures_and_its_own_crashes_cost_an_agent_its_errors_part() {
        agent("shop", "");
        beats("shop", "2026-03-01T12:00:01Z", "2026-03-01T12:05:00Z", 10, 0);
        String crash = "{\"from\": \"active\", \"to\": \"recovering\", \"crash\": true}";
        event("shop", "2026-03-01T12:01:00Z", "agent.transition", "taken over by nobody: boom", crash);
        event("shop", "2026-03-01T12:02:00Z", "agent.transition", "any cause", step("active", "recovering"));
        event("shop", "2026-03-01T12:03:00Z", "shop.crashed", "what an agent tells of itself", crash);
        event("shop", "2026-03-01T12:04:00Z", "agent.transition", "boom", "{\"crash\": \"of a kind\"}");
        assertThat(score("shop").part("errors").evidence()).containsEntry("crashes", 1L);
        assertThat(score("shop").part("errors").score()).isEqualTo(80, within(1e-9));
    }

    @Test
    void an_agent_in_quarantine_has_no_uptime() {
        agent("shop", "");
        sql("UPDATE agents SET state = 'recovering'");
        sql("UPDATE agents SET state = 'failed'");
        sql("UPDATE agents SET state = 'quarantined'");
        assertThat(score("shop").score()).isZero();
    }

    @Test
    void whom_people_hold_and_slots_are_not_judged_and_lose_their_old_score() {
        agent("shop", "");
        agent("held", "");
        agent("future", "source = 'slot'");
        beats("shop", "2026-03-01T12:00:01Z", "2026-03-01T12:05:00Z", 10, 0);
        beats("held", "2026-03-01T12:00:01Z", "2026-03-01T12:05:00Z", 10, 0);
        assertThat(evaluate()).containsOnlyKeys("shop", "held", "");
        sql("UPDATE agents SET desired = 'maintenance' WHERE id = 'held'");
        assertThat(evaluator.evaluate(NOW.plusSeconds(1))).hasSize(2);
        assertThat(stored("SELECT agent_id FROM agent_health ORDER BY agent_id"))
                .containsExactly("", "shop");
    }

    @Test
    void the_window_begins_anew_when_people_command_an_agent() {
        agent("shop", "");
        beats("shop", "2026-03-01T12:04:00Z", "2026-03-01T12:05:00Z", 10, 0);
        assertThat(score("shop").part("uptime").score()).isEqualTo(20, within(1e-9));
        event("shop", "2026-03-01T12:03:59Z", "agent.commanded", "", "{\"command\": \"resume\"}");
        assertThat(score("shop").part("uptime").score()).isEqualTo(100);
    }

    @Test
    void a_fleet_that_was_stopped_and_has_just_started_is_not_unhealthy() {
        agent("shop", "");
        beats("shop", "2026-03-01T12:00:01Z", "2026-03-01T12:01:00Z", 10, 0);
        event("shop", "2026-03-01T12:01:00Z", "agent.transition", "node stops", step("active", "shutdown"));
        sql("UPDATE node_sessions SET ended_at = '2026-03-01T12:01:01Z'");
        session("00000000-0000-0000-0000-00000000000b", "node-a", "2026-03-01T12:04:58Z", "infinity");
        assertThat(evaluate()).as("nobody runs it yet").isEmpty();
        sql("""
                UPDATE agent_leases
                SET session_id = '00000000-0000-0000-0000-00000000000b', leased_at = '2026-03-01T12:04:59Z', fence = 2
                """);
        event("shop", "2026-03-01T12:05:01Z", "agent.transition", "started", step("shutdown", "initializing"));
        assertThat(evaluate()).as("no heartbeat is due yet").isEmpty();
    }

    private static String step(String from, String to) {
        return "{\"from\": \"" + from + "\", \"to\": \"" + to + "\"}";
    }

    @Test
    void time_between_the_death_of_a_node_and_the_next_owner_is_not_counted_as_missed() {
        agent("shop", "");
        beats("shop", "2026-03-01T12:00:01Z", "2026-03-01T12:01:00Z", 10, 0);
        sql("UPDATE node_sessions SET expires_at = '2026-03-01T12:01:10Z'");
        assertThat(evaluate()).as("its node is dead").isEmpty();
        session("00000000-0000-0000-0000-00000000000b", "node-b", "2026-03-01T12:02:58Z", "infinity");
        sql("""
                UPDATE agent_leases
                SET session_id = '00000000-0000-0000-0000-00000000000b', leased_at = '2026-03-01T12:03:00Z', fence = 2
                """);
        beats("shop", "2026-03-01T12:03:25Z", "2026-03-01T12:05:00Z", 10, 0);
        HealthScore score = score("shop");
        assertThat(score.part("uptime").score())
                .as("a busy node took it up late")
                .isEqualTo(100);
        assertThat(score.part("uptime").evidence()).containsEntry("from", "2026-03-01T12:03:25Z");
        assertThat(score.part("business").score()).isEqualTo(100);
    }

    @Test
    void an_agent_its_living_node_does_not_take_up_is_unhealthy_after_half_a_minute() {
        agent("shop", "");
        sql("UPDATE agent_leases SET leased_at = '2026-03-01T12:03:00Z'");
        HealthScore score = score("shop");
        assertThat(score.part("uptime").evidence()).containsEntry("from", "2026-03-01T12:03:30Z");
        assertThat(score.score()).isZero();
    }

    @Test
    void an_agent_from_outside_could_not_report_while_no_node_lived() {
        agent("shop", "source = 'http'");
        sql("UPDATE agent_leases SET session_id = NULL, node_id = NULL, lease_token = gen_random_uuid()");
        sql("UPDATE node_sessions SET started_at = '2026-03-01T12:04:30Z'");
        beats("shop", "2026-03-01T12:00:01Z", "2026-03-01T12:01:00Z", 10, 0);
        assertThat(evaluate()).isEmpty();
        sql("UPDATE node_sessions SET started_at = '2026-03-01T12:01:00Z'");
        assertThat(score("shop").part("uptime").score()).isZero();
    }

    @Test
    void the_load_of_the_node_is_read_from_what_was_measured_there() {
        agent("shop", "");
        beats("shop", "2026-03-01T12:00:01Z", "2026-03-01T12:05:00Z", 10, 0);
        host("host.cpu", "node-a", 0.95);
        host("host.memory", "node-a", 0.5);
        host("host.cpu", "node-b", 0.99);
        HealthPart resources = score("shop").part("resources");
        assertThat(resources.value()).isEqualTo(0.95, within(1e-9));
        assertThat(resources.score()).isEqualTo(25, within(1e-6));
    }

    private void host(String metric, String node, double value) {
        sql("""
                WITH series AS (
                    INSERT INTO metric_series (organization_id, agent_id, name, labels)
                    VALUES ('00000000-0000-0000-0000-000000000001', 'performance_monitor', ?,
                        jsonb_build_object('node', ?::text))
                    RETURNING *)
                INSERT INTO agent_metrics_1m (organization_id, series_id, bucket, count, sum, min, max, last)
                SELECT organization_id, series_id, '2026-03-01T12:03Z', 6, 6 * ?::float8, 0, 1, 0
                FROM series
                """, metric, node, value);
    }

    @Test
    void scores_are_stored_with_their_history_and_marked_for_roll_up() {
        agent("shop", "");
        beats("shop", "2026-03-01T12:00:01Z", "2026-03-01T12:05:00Z", 10, 0);
        double score = score("shop").score();
        assertThat(stored("SELECT score::text FROM agent_health WHERE agent_id = 'shop'"))
                .containsExactly(Double.toString(score).replaceAll("\\.0$", ""));
        assertThat(stored("SELECT parts -> 0 ->> 'name' FROM agent_health ORDER BY agent_id"))
                .containsExactly("uptime", null);
        assertThat(stored("""
                SELECT agent_id || ' ' || value
                FROM performance_metrics
                JOIN metric_series USING (organization_id, series_id)
                WHERE name = 'health.score' AND at = '2026-03-01T12:05:02Z'
                ORDER BY agent_id
                """)).containsExactly(" 100", "shop 100");
        assertThat(stored("SELECT bucket::text FROM rollup_pending WHERE width = '1m'"))
                .hasSize(1);
    }

    private List<String> stored(String query) {
        return test.database()
                .read(handle -> handle.createQuery(query).mapTo(String.class).list());
    }
}
