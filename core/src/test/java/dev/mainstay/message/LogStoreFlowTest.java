package dev.mainstay.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.task.Priority;
import dev.mainstay.testing.TestDatabase;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A log of fifty messages, of which a filter wants each seventh.
class LogStoreFlowTest {
    private static final TestDatabase TEST = TestDatabase.create();
    private static final int MESSAGES = 50;
    private static final List<Long> POSITIONS = new LogStore(TEST.database())
            .append(
                    Organizations.DEFAULT,
                    IntStream.range(0, MESSAGES)
                            .mapToObj(LogStoreFlowTest::message)
                            .toList());

    @AfterAll
    static void drop() {
        TEST.close();
    }

    private static Outgoing message(int number) {
        Priority priority = number % 2 == 0 ? Priority.HIGH : Priority.LOW;
        String key = number % 7 == 0 ? "rare" : "usual";
        return new Outgoing(
                UUID.randomUUID(),
                "orders",
                priority,
                null,
                key,
                null,
                null,
                null,
                null,
                "{\"seventh\": " + (number % 7 == 0) + "}");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 7, 49, 50, 51, 1_000})
    void what_a_filter_wants_is_found_part_by_part(int part) {
        LogStore log = new LogStore(TEST.database(), part);
        long beforeAll = POSITIONS.getFirst() - 1;
        List<Long> wanted = IntStream.iterate(0, number -> number < MESSAGES, number -> number + 7)
                .mapToObj(POSITIONS::get)
                .toList();
        for (Interest interest : List.of(
                Interest.in("orders").matching("rare"),
                Interest.everything().matching("rare"),
                Interest.in("orders", "seldom").matching("rare"),
                Interest.in("orders").where("body.seventh = true"))) {
            assertThat(positions(log, interest, beforeAll, 100)).isEqualTo(wanted);
            assertThat(positions(log, interest, beforeAll, 3)).isEqualTo(wanted.subList(0, 3));
            assertThat(positions(log, interest, wanted.get(3), 100)).isEqualTo(wanted.subList(4, wanted.size()));
            assertThat(positions(log, interest, wanted.getLast(), 100)).isEmpty();
        }
        assertThat(positions(log, Interest.in("orders"), beforeAll, 100)).isEqualTo(POSITIONS);
    }

    private static List<Long> positions(LogStore log, Interest interest, long after, int limit) {
        return log.read(Organizations.DEFAULT, interest, after, limit).stream()
                .map(Message::position)
                .toList();
    }
}
