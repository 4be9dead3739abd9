package dev.mainstay.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.testing.TestDatabase;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Which restarts the rows call false.
class FalseRestartsFlowTest {
    private final TestDatabase test = TestDatabase.create();
    private final Instant restarted = test.database().now();

    /// An agent that was heard five times without a failure, and restarted then.
    @BeforeEach
    void restart() {
        UUID alert = UUID.randomUUID();
        UUID recovery = UUID.randomUUID();
        execute("""
                INSERT INTO agents (organization_id, id, kind, category, source, spec)
                VALUES (?, 'a', 'test', 'SUPPORT', 'code', '{"heartbeat": "PT5S"}')
                """, Organizations.DEFAULT);
        for (int before = 25; before > 0; before -= 5) {
            heard(before, 0);
        }
        execute("""
                INSERT INTO alerts (organization_id, alert_id, fingerprint, rule, severity, state, agent_id, summary,
                    group_key, began_at, fired_at)
                VALUES (?, ?, 'sick|a', 'sick', 'warning', 'firing', 'a', 'it is sick', 'sick', now(), now())
                """, Organizations.DEFAULT, alert);
        execute("""
                INSERT INTO recoveries (organization_id, recovery_id, agent_id, cause, playbook, alert_id,
                    alert_summary, state, began_at, detected_at, ended_at, dry_run)
                VALUES (?, ?, 'a', 'sickness', 'sickness', ?, 'it is sick', 'recovered', now(), now(), now(), false)
                """, Organizations.DEFAULT, recovery, alert);
        execute("""
                INSERT INTO recovery_actions (organization_id, recovery_id, ordinal, agent_id, cause, action, reason,
                    task_id, decided_at)
                VALUES (?, ?, 1, 'a', 'sickness', 'restart-agent', '', gen_random_uuid(), ?)
                """, Organizations.DEFAULT, recovery, restarted);
    }

    @AfterEach
    void drop() {
        test.close();
    }

    private void execute(String sql, Object... values) {
        test.database().write(handle -> handle.execute(sql, values));
    }

    private void heard(int secondsBefore, int failures) {
        execute("""
                INSERT INTO agent_heartbeats (organization_id, agent_id, at, fence, sequence, phase, ticks, failures,
                    items, busy_ms, max_ms, late_ms, abandoned)
                VALUES (?, 'a', ?, 1, 1, 'working', 1, ?, 1, 10, 10, 0, 0)
                """, Organizations.DEFAULT, restarted.minusSeconds(secondsBefore), failures);
    }

    private long counted() {
        return new RecoveryDesk(test.database().api(Organizations.DEFAULT))
                .success()
                .getFirst()
                .falseRestarts();
    }

    @Test
    void a_restart_of_an_agent_that_was_well_is_counted() {
        assertThat(counted()).isEqualTo(1);
    }

    @Test
    void a_restart_of_an_agent_that_failed_lately_is_not_counted() {
        heard(4, 1);
        assertThat(counted()).isZero();
    }

    @Test
    void a_restart_of_an_agent_that_was_not_heard_in_time_is_not_counted() {
        execute("UPDATE recovery_actions SET decided_at = decided_at + interval '21 seconds'");
        assertThat(counted()).isZero();
    }

    @Test
    void a_restart_that_was_decided_on_and_not_done_is_not_counted() {
        execute("UPDATE recovery_actions SET result = '{\"notDone\": \"the alert has ended\", \"attempt\": 1}'");
        assertThat(counted()).isZero();
    }
}
