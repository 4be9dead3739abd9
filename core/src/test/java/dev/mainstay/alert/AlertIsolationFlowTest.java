package dev.mainstay.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.postgres.DatabaseSlowness;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// One rule, or one organization, that cannot be looked at keeps nobody else's alerts back.
class AlertIsolationFlowTest {
    private static final UUID FIRST = UUID.fromString("00000000-0000-0000-0000-000000000000");

    private final TestDatabase test = TestDatabase.create();
    private final AlertEngine engine =
            new AlertEngine(test.database(), List.of(), () -> {}, () -> DatabaseSlowness.NONE);

    @AfterEach
    void drop() {
        test.close();
    }

    private int run(String sql, Object... values) {
        return test.database().write(handle -> handle.execute(sql, values));
    }

    private List<String> read(String sql) {
        return test.database()
                .read(handle -> handle.createQuery(sql).mapTo(String.class).list());
    }

    private void suspect(UUID organization) {
        new DeclaredRules(test.database(), organization).declare(List.of());
        run("""
                INSERT INTO agents (organization_id, id, kind, category, source, spec)
                VALUES (?, 'a', 'test', 'SUPPORT', 'code', '{}')
                """, organization);
        run("""
                INSERT INTO agent_suspicions (organization_id, agent_id, kind, since, silence, usual, phi)
                VALUES (?, 'a', 'silent', now(), '6 seconds', '1 second', 9)
                """, organization);
    }

    private void rule(String name, String definition) {
        run("""
                INSERT INTO alert_rules (organization_id, name, source, definition) VALUES (?, ?, 'api', ?::jsonb)
                """, Organizations.DEFAULT, name, definition);
    }

    /// So many that they cannot be summed up.
    private void hugePoints() {
        run("INSERT INTO metric_series (organization_id, name) VALUES (?, 'trial.huge')", Organizations.DEFAULT);
        run("""
                INSERT INTO performance_metrics (organization_id, series_id, at, value)
                SELECT organization_id, series_id, now() - interval '10 seconds', 1.7e308
                FROM metric_series, generate_series(1, 3)
                """);
        run("INSERT INTO rollup_pending (width, bucket) SELECT DISTINCT '1m', date_trunc('minute', at) "
                + "FROM performance_metrics ON CONFLICT DO NOTHING");
    }

    @Test
    void a_rule_that_fails_is_left_out_and_told_of_and_its_alerts_stay() {
        suspect(Organizations.DEFAULT);
        rule("broken", "{\"metric\": \"trial.huge\", \"of\": \"sum\", \"above\": 1}");
        rule("senseless", "{\"metrc\": \"x\"}");
        run("""
                INSERT INTO alerts (organization_id, fingerprint, rule, severity, state, summary, group_key, began_at,
                    fired_at, openings)
                VALUES (?, 'broken||', 'broken', 'warning', 'firing', 'x', 'broken', now(), now(), ARRAY[now()])
                """, Organizations.DEFAULT);
        hugePoints();
        engine.round(handle -> {});
        engine.round(handle -> {});
        assertThat(read("SELECT rule || ' ' || state FROM alerts ORDER BY rule"))
                .containsExactly("broken firing", "heartbeat-missed firing");
        assertThat(read("SELECT detail ->> 'rule' FROM system_events WHERE type = 'alert.failed' ORDER BY 1"))
                .as("once each, though there were two rounds")
                .containsExactly("broken", "senseless");
    }

    @Test
    void one_that_flaps_stays_while_its_rule_cannot_be_looked_at_and_is_over_when_it_was_looked_for() {
        Duration[] passed = {Duration.ZERO};
        AlertEngine failing = new AlertEngine(
                test.database(), List.of(), () -> {}, () -> DatabaseSlowness.NONE, () -> passed[0].toNanos());
        rule("broken", "{\"metric\": \"trial.huge\", \"of\": \"sum\", \"above\": 1}");
        hugePoints();
        run("""
                INSERT INTO alerts (organization_id, fingerprint, rule, severity, state, summary, group_key, began_at,
                    fired_at, openings, flapping)
                VALUES (?, 'broken||', 'broken', 'warning', 'firing', 'x', 'broken', now(), now(), ARRAY[now()], true)
                """, Organizations.DEFAULT);
        failing.round(handle -> {});
        run("UPDATE alerts SET seen_at = seen_at - interval '11 minutes'");
        passed[0] = Duration.ofMinutes(11);
        failing.round(handle -> {});
        assertThat(read("SELECT detail ->> 'rule' FROM system_events WHERE type = 'alert.failed'"))
                .hasSize(2);

        run("UPDATE metric_series SET name = 'trial.other'");
        passed[0] = Duration.ofMinutes(13);
        failing.round(handle -> {});
        assertThat(read("SELECT state FROM alerts"))
                .as("nobody could look for thirteen minutes, and now it is missed for the first time")
                .containsExactly("firing");
        run("UPDATE alerts SET missed_at = missed_at - interval '11 minutes'");
        failing.round(handle -> {});
        assertThat(read("SELECT state FROM alerts")).containsExactly("resolved");
    }

    @Test
    void an_organization_that_fails_keeps_no_other_ones_alerts_back() throws SQLException {
        suspect(FIRST);
        suspect(Organizations.DEFAULT);
        try (var superuser = test.superuser();
                var statement = superuser.createStatement()) {
            statement.execute("ALTER TABLE alerts ADD CHECK (organization_id <> '" + FIRST + "')");
        }
        assertThatThrownBy(() -> engine.round(handle -> {})).hasMessageContaining("alerts_organization_id_check");
        assertThat(read("SELECT rule FROM alerts")).containsExactly("heartbeat-missed");
    }
}
