package dev.mainstay.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class StatementTextTest {
    private final StatementText text = new StatementText();

    private String sent(String statement) {
        byte[] words = statement.getBytes(StandardCharsets.UTF_8);
        byte[] bytes = ByteBuffer.allocate(words.length + 6)
                .put((byte) 'Q')
                .putInt(words.length + 5)
                .put(words)
                .array();
        text.add(new Message('Q', bytes));
        return text.take();
    }

    @Test
    void a_commit_is_named_by_the_statement_before_it() {
        sent("BEGIN");
        sent("UPDATE  tasks\n SET x = 1");
        assertThat(text.hasCommitted()).isFalse();
        assertThat(sent("COMMIT")).isEqualTo("COMMIT of UPDATE tasks SET x = 1");
        assertThat(text.hasCommitted()).isTrue();
    }

    /// Each asks for the duties its node holds.
    @Test
    void every_look_for_duties_is_one_boundary() {
        String one = sent("SELECT 'alerts' WHERE (true) UNION ALL SELECT 'tasks' WHERE (EXISTS (SELECT FROM tasks))");
        String other = sent("SELECT 'outside' WHERE (EXISTS (SELECT FROM agents))");
        assertThat(one).isEqualTo(other).isNotEqualTo(sent("SELECT 'alerts'"));
    }
}
