package dev.mainstay.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.testing.TestDatabase;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Of which alerts an episode is opened: of one that opens again, keeps its id and is another episode all the same,
/// and of one that is graver than what is under way.
class RecoveryAgainFlowTest {
    private static final Playbook SICKNESS = Playbook.of("sickness", Set.of("sick"), "restart-agent");

    private final TestDatabase test = TestDatabase.create();

    @BeforeEach
    void declare() {
        run("""
                INSERT INTO agents (organization_id, id, kind, category, source, spec)
                VALUES (?, 'a', 'test', 'SUPPORT', 'code', '{}')
                """, Organizations.DEFAULT);
    }

    @AfterEach
    void drop() {
        test.close();
    }

    private int run(String sql, Object... values) {
        return test.database().write(handle -> handle.execute(sql, values));
    }

    private List<String> list(String sql) {
        return test.database()
                .read(handle -> handle.createQuery(sql).mapTo(String.class).list());
    }

    private boolean is(String sql) {
        return list("SELECT (" + sql + ")::text").equals(List.of("true"));
    }

    /// One that says its rule, since eight minutes.
    private void fire(String rule, String severity) {
        run("""
                INSERT INTO alerts (organization_id, fingerprint, rule, severity, state, agent_id, summary, group_key,
                    began_at, fired_at, openings)
                SELECT ?, rule || '|a', rule, ?, 'firing', 'a', 'it is ' || rule, rule, now() - interval '9 minutes',
                    now() - interval '8 minutes', ARRAY[now() - interval '8 minutes']
                FROM CAST(? AS text) AS rule
                """, Organizations.DEFAULT, severity, rule);
    }

    private List<String> open(Playbook... playbooks) {
        test.database().write(handle -> {
            new RecoveryStore().open(handle, Organizations.DEFAULT, List.of(playbooks), false);
            return true;
        });
        return list("SELECT state FROM recoveries ORDER BY recovery_id");
    }

    @Test
    void what_people_were_called_for_is_treated_again_when_it_comes_back() {
        fire("sick", "warning");
        assertThat(open(SICKNESS)).containsExactly("detected");
        run("UPDATE recoveries SET state = 'escalated', opened_at = now() - interval '8 minutes',"
                + " ended_at = now() - interval '7 minutes'");
        assertThat(open(SICKNESS)).as("people take care of it").containsExactly("escalated");

        run("UPDATE alerts SET openings = (now() - interval '1 minute') || openings");
        assertThat(open(SICKNESS)).containsExactly("escalated", "detected");
        assertThat(is("""
                        SELECT detected_at = alerts.openings[1] AND recoveries.began_at = alerts.openings[1]
                        FROM recoveries JOIN alerts USING (organization_id, alert_id)
                        WHERE recoveries.state = 'detected'
                        """)).as("its times are those of this opening").isTrue();
    }

    @Test
    void one_that_flaps_is_treated_while_it_is_there() {
        fire("sick", "warning");
        run("UPDATE alerts SET flapping = true, missed_at = now() - interval '4 seconds'");
        assertThat(open(SICKNESS)).as("it is not there at the moment").isEmpty();
        run("UPDATE alerts SET missed_at = NULL, seen_at = now() - interval '1 minute'");
        assertThat(open(SICKNESS))
                .as("nobody could look for a while, so it is still there")
                .containsExactly("detected");
        run("UPDATE recoveries SET state = 'recovered', ended_at = now()");
        assertThat(open(SICKNESS)).containsExactly("recovered", "detected");
        assertThat(is("""
                        SELECT later.began_at = former.ended_at AND later.detected_at = former.ended_at
                        FROM recoveries former, recoveries later
                        WHERE former.state = 'recovered' AND later.state = 'detected'
                        """)).as("it was well until then").isTrue();
    }

    @Test
    void what_people_were_asked_holds_back_nothing_graver() {
        Playbook mild = Playbook.of("weakness", Set.of("weak"), "restart-agent");
        Playbook grave = Playbook.of("agony", Set.of("dying"), "restart-agent");
        fire("sick", "warning");
        open(SICKNESS);
        run("UPDATE recoveries SET state = 'approval', proposed = 'restart-clean', approved_by = 'me'");
        fire("weak", "warning");
        fire("dying", "critical");
        assertThat(open(SICKNESS, mild, grave))
                .as("what was allowed is about to be done")
                .containsExactly("approval");
        run("UPDATE recoveries SET approved_by = NULL");
        assertThat(open(SICKNESS, mild)).as("one as grave waits").containsExactly("approval");
        assertThat(open(SICKNESS, mild, grave)).containsExactly("approval", "detected");
        assertThat(list("SELECT cause FROM recoveries WHERE state = 'detected'"))
                .containsExactly("agony");
        assertThat(open(SICKNESS, mild, grave)).hasSize(2);
    }

    @Test
    void what_is_graver_and_of_the_same_cause_becomes_what_the_episode_is_about() {
        Playbook both = Playbook.of("sickness", Set.of("sick", "dying"), "restart-agent");
        fire("sick", "warning");
        open(both);
        fire("dying", "critical");
        run("UPDATE alerts SET inhibited_by = (SELECT alert_id FROM alerts WHERE rule = 'dying') WHERE rule = 'sick'");
        assertThat(open(both)).containsExactly("detected");
        assertThat(list("SELECT alert_summary FROM recoveries")).containsExactly("it is dying");
        assertThat(is("SELECT alert_id = (SELECT alert_id FROM alerts WHERE rule = 'dying') FROM recoveries"))
                .isTrue();
        assertThat(list("SELECT cause FROM system_events WHERE type = 'recovery.detected'"))
                .containsExactly("it is sick");
        List<String> written = list("SELECT xmin::text FROM recoveries");
        open(both);
        assertThat(list("SELECT xmin::text FROM recoveries"))
                .as("it is written once")
                .isEqualTo(written);
    }
}
