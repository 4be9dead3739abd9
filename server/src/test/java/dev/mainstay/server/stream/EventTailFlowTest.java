package dev.mainstay.server.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.telemetry.EventRow;
import dev.mainstay.testing.ManualClock;
import dev.mainstay.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventTailFlowTest {
    private TestDatabase test;
    private EventTail tail;

    @BeforeEach
    void open() {
        test = TestDatabase.create();
        tail = new EventTail(test.database().api(Organizations.DEFAULT), ManualClock.atEpoch());
        tail.next();
    }

    @AfterEach
    void close() {
        test.close();
    }

    private static String insert(String type, int count) {
        return "INSERT INTO mainstay.system_events (organization_id, type, severity) SELECT '" + Organizations.DEFAULT
                + "', '" + type + "', 'info' FROM generate_series(1, " + count + ")";
    }

    private void store(String type, int count) {
        test.database().write(handle -> handle.execute(insert(type, count)));
    }

    @Test
    void a_burst_larger_than_a_batch_is_given_whole_and_once() {
        store("burst", 12_000);

        assertThat(tail.next().stream().map(EventRow::id).distinct()).hasSize(12_000);
        store("after", 1);
        assertThat(tail.next()).extracting(EventRow::type).containsExactly("after");
        assertThat(tail.next()).isEmpty();
    }

    @Test
    void more_than_a_round_gives_comes_with_the_next() {
        store("flood", 25_000);

        int first = tail.next().size();
        int second = tail.next().size();

        assertThat(first).isLessThan(25_000);
        assertThat(first + second).isEqualTo(25_000);
    }

    @Test
    void an_event_that_is_committed_after_a_higher_one_is_given_too() throws SQLException {
        try (Connection late = test.superuser();
                Statement statement = late.createStatement()) {
            late.setAutoCommit(false);
            statement.execute(insert("late", 1));
            store("early", 6_000);
            assertThat(tail.next()).hasSize(6_000);

            late.commit();
        }

        assertThat(tail.next()).extracting(EventRow::type).containsExactly("late");
    }
}
