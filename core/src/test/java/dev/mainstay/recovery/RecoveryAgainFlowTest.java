package dev.mainstay.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.testing.TestDatabase;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// An alert that opens again keeps its id and is another episode all the same.
class RecoveryAgainFlowTest {
    private final TestDatabase test = TestDatabase.create();

    @AfterEach
    void drop() {
        test.close();
    }

    private int run(String sql, Object... values) {
        return test.database().write(handle -> handle.execute(sql, values));
    }

    private List<String> open() {
        Playbook playbook = Playbook.of("sickness", Set.of("sick"), "restart-agent");
        return test.database().write(handle -> {
            new RecoveryStore().open(handle, Organizations.DEFAULT, List.of(playbook), false);
            return handle.createQuery("SELECT state FROM recoveries ORDER BY recovery_id")
                    .mapTo(String.class)
                    .list();
        });
    }

    @Test
    void what_people_were_called_for_is_treated_again_when_it_comes_back() {
        run("""
                INSERT INTO agents (organization_id, id, kind, category, source, spec)
                VALUES (?, 'a', 'test', 'SUPPORT', 'code', '{}')
                """, Organizations.DEFAULT);
        run("""
                INSERT INTO alerts (organization_id, fingerprint, rule, severity, state, agent_id, summary, group_key,
                    began_at, fired_at, openings)
                VALUES (?, 'sick|a', 'sick', 'warning', 'firing', 'a', 'it is sick', 'sick', now() - interval '9 minutes',
                    now() - interval '8 minutes', ARRAY[now() - interval '8 minutes'])
                """, Organizations.DEFAULT);
        assertThat(open()).containsExactly("detected");
        run("UPDATE recoveries SET state = 'escalated', opened_at = now() - interval '8 minutes',"
                + " ended_at = now() - interval '7 minutes'");
        assertThat(open()).as("people take care of it").containsExactly("escalated");

        run("UPDATE alerts SET openings = (now() - interval '1 minute') || openings");
        assertThat(open()).containsExactly("escalated", "detected");
        boolean isOfThisOpening = test.database()
                .read(handle -> handle.createQuery("""
                                SELECT detected_at = alerts.openings[1] AND recoveries.began_at = alerts.openings[1]
                                FROM recoveries JOIN alerts USING (organization_id, alert_id)
                                WHERE recoveries.state = 'detected'
                                """).mapTo(Boolean.class).one());
        assertThat(isOfThisOpening).as("its times are those of this opening").isTrue();
    }
}
