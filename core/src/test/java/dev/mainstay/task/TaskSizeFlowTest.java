package dev.mainstay.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.ErrorCode;
import dev.mainstay.Fleet;
import dev.mainstay.MainstayException;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// What is too large is refused where it is seen, and what is large lies apart.
class TaskSizeFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final String TOO_LARGE = "x".repeat(Payload.LARGEST);
    private static final TestDatabase test = TestDatabase.create();
    private static final Fleet fleet = Fleet.builder()
            .database(test.database())
            .node("sizes")
            .worker(TaskType.of("result", String.class), (text, context) -> Outcome.completed(TOO_LARGE))
            .worker(TaskType.of("step", String.class), (text, context) -> {
                context.step("large", String.class, () -> TOO_LARGE);
                return Outcome.COMPLETED;
            })
            .start();

    @AfterAll
    static void stop() {
        fleet.close();
        test.close();
    }

    @Test
    void a_payload_over_the_cap_is_refused_with_its_size_and_the_cap() {
        assertThatThrownBy(() -> fleet.tasks().enqueue(NewTask.of("result", TOO_LARGE)))
                .isInstanceOfSatisfying(
                        MainstayException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.PAYLOAD_TOO_LARGE))
                .hasMessageContaining("payload has " + (Payload.LARGEST + 2) + " characters")
                .hasMessageContaining("at most " + Payload.LARGEST);
    }

    @Test
    void a_result_over_the_cap_makes_a_dead_letter_that_says_so_after_one_attempt() {
        assertDead("result", "result has");
    }

    @Test
    void a_step_whose_result_is_over_the_cap_does_the_same() {
        assertDead("step", "large");
    }

    private static void assertDead(String type, String reason) {
        UUID task = fleet.tasks().enqueue(NewTask.of(type, "x")).id();
        Eventually.holds("it is dead", BOUND, () -> state(task).equals("dead"));
        TaskDetail detail = TaskQueries.find(test.database().api(fleet.organization()), task)
                .orElseThrow();
        assertThat(detail.task().error()).contains(reason).contains("at most " + Payload.LARGEST);
        assertThat(detail.history()).hasSize(1);
    }

    private static String state(UUID task) {
        return TaskQueries.find(test.database().api(fleet.organization()), task)
                .orElseThrow()
                .task()
                .state();
    }

    @Test
    void a_payload_over_8_kb_lies_apart_so_that_the_rows_of_tasks_stay_narrow() {
        Random random = new Random(7);
        fleet.tasks()
                .enqueueAll(IntStream.range(0, 200)
                        .mapToObj(i -> NewTask.of("nobody", incompressible(random, 16_000)))
                        .toList());

        assertThat(bytes("main")).isLessThan(200 * 1_000);
        assertThat(bytes("toast")).isGreaterThan(200 * 8_000);
    }

    private static String incompressible(Random random, int length) {
        return random.ints(length, 'a', 'z' + 1)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /// What the partitions of `tasks` take on disk, or what lies apart from them.
    private static long bytes(String part) {
        String relation = part.equals("toast") ? "class.reltoastrelid" : "class.oid";
        return test.database()
                .read(handle -> handle.createQuery("""
                        SELECT sum(pg_relation_size(%s))::bigint
                        FROM pg_partition_tree('tasks') AS tree
                        JOIN pg_class class ON class.oid = tree.relid
                        WHERE tree.isleaf
                        """.formatted(relation))
                        .mapTo(Long.class)
                        .one());
    }
}
