package dev.mainstay.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// When a queue will be done if it goes on as in the last minute.
class QueueBacklogFlowTest {
    private static final TestDatabase test = TestDatabase.create();
    private static final Fleet fleet = Fleet.builder()
            .database(test.database())
            .node("backlog")
            .worker("held", String.class, (text, context) -> {})
            .start();

    @AfterAll
    static void close() {
        fleet.close();
        test.close();
    }

    private static void enqueue(String queue, int count) {
        fleet.tasks().enqueue(NewTask.of("held", "later").inQueue(queue).in(Duration.ofHours(1)));
        assertThat(fleet.tasks().pause(queue, "so that the backlog stays")).isTrue();
        List<NewTask> backlog = IntStream.range(0, count)
                .mapToObj(i -> NewTask.of("held", "now").inQueue(queue))
                .toList();
        fleet.tasks().enqueueAll(backlog);
    }

    private static void ended(String queue, String outcome, int count, Duration ago) {
        test.database()
                .write(handle -> handle.createUpdate("""
                WITH series AS (
                    INSERT INTO metric_series (organization_id, name, labels)
                    VALUES (:organization, 'task.attempts',
                        jsonb_build_object('queue', :queue::text, 'type', 'told', 'outcome', :outcome::text))
                    RETURNING organization_id, series_id)
                INSERT INTO performance_metrics (organization_id, series_id, at, value)
                SELECT organization_id, series_id, now() - :ago * interval '1 second', :count
                FROM series
                """)
                        .bind("organization", fleet.organization())
                        .bind("queue", queue)
                        .bind("outcome", outcome)
                        .bind("count", count)
                        .bind("ago", ago.toSeconds())
                        .execute());
    }

    private static QueueView queue(String name) {
        return QueueQueries.all(test.database().api(fleet.organization())).stream()
                .filter(queue -> queue.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_backlog_will_be_done_after_as_many_minutes_as_it_is_times_what_ended_in_one_rounded_up() {
        enqueue("behind", 10);
        ended("behind", "completed", 4, Duration.ZERO);
        ended("behind", "dead", 2, Duration.ZERO);
        ended("behind", "cancelled", 1, Duration.ZERO);
        ended("behind", "failed", 50, Duration.ZERO);
        ended("behind", "timed out", 60, Duration.ZERO);
        ended("beside", "completed", 70, Duration.ZERO);

        Instant before = test.database().now();
        QueueView queue = queue("behind");
        Instant after = test.database().now();

        assertThat(queue.ready()).isEqualTo(10);
        assertThat(queue.endedPerMinute()).isEqualTo(7);
        assertThat(queue.failedPerMinute()).isEqualTo(110);
        // 10 tasks at 7 a minute are 85.7 seconds.
        assertThat(queue.backlogEta()).isBetween(before.plusSeconds(86), after.plusSeconds(86));
        assertThat(queue.withoutEta().backlogEta()).isNull();
    }

    @Test
    void a_backlog_of_which_nothing_ended_within_the_last_minute_has_no_end() {
        enqueue("stuck", 3);
        ended("stuck", "failed", 5, Duration.ZERO);
        ended("stuck", "completed", 9, Duration.ofMinutes(2));

        QueueView queue = queue("stuck");

        assertThat(queue.ready()).isEqualTo(3);
        assertThat(queue.endedPerMinute()).isZero();
        assertThat(queue.backlogEta()).isNull();
    }
}
