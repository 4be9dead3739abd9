package dev.mainstay.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.testing.TestDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The lifecycle in Java and in SQL is one table.
class AgentStateFlowTest {
    private static TestDatabase test;

    @BeforeAll
    static void create() {
        test = TestDatabase.create();
    }

    @AfterAll
    static void drop() {
        test.close();
    }

    @Test
    void java_and_sql_agree_on_every_pair_of_states() {
        for (AgentState from : AgentState.values()) {
            for (AgentState to : AgentState.values()) {
                boolean inSql = test.database()
                        .read(handle -> handle.createQuery("SELECT agent_transition_is_legal(:from, :to)")
                                .bind("from", from.word())
                                .bind("to", to.word())
                                .mapTo(Boolean.class)
                                .one());
                assertThat(inSql).as("%s to %s", from, to).isEqualTo(from.canBecome(to));
            }
        }
    }

    @Test
    void sql_refuses_an_illegal_step_whoever_tries_it() {
        test.database().write(handle -> handle.execute("""
                INSERT INTO agents (organization_id, id, kind, category, source)
                VALUES ('00000000-0000-0000-0000-000000000001', 'jumper', 'test', 'SUPPORT', 'code')
                """));
        assertThatThrownBy(() -> test.database()
                        .write(handle -> handle.execute("UPDATE agents SET state = 'active' WHERE id = 'jumper'")))
                .hasMessageContaining("agent jumper cannot go from inactive to active");
    }
}
