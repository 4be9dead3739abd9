package dev.mainstay.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mainstay.ErrorCode;
import dev.mainstay.Fleet;
import dev.mainstay.MainstayException;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// Tasks that cannot be as they were asked for, in a program that embeds the engine.
class BadTasksFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final TestDatabase test = TestDatabase.create();
    private static final Fleet fleet =
            Fleet.builder().database(test.database()).node("knows-nothing").start();

    @AfterAll
    static void stop() {
        fleet.close();
        test.close();
    }

    private static String column(UUID task, String column) {
        return test.database()
                .read(handle -> handle.createQuery("SELECT " + column + "::text FROM tasks WHERE id = :id")
                        .bind("id", task)
                        .mapTo(String.class)
                        .one());
    }

    @Test
    void what_cannot_be_is_refused_in_words_before_anything_is_stored() {
        NewTask task = NewTask.of("note", "x");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> task.in(Duration.ofSeconds(-5)))
                .withMessage("delay must not be negative, was PT-5S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> task.expiringAfter(Duration.ZERO))
                .withMessage("time to live must be positive, was PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> task.attempts(0))
                .withMessage("attempts must be at least 1, was 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> task.tagged("fine", "a\u001fb"))
                .withMessageContaining("a tag must be text without control characters");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> task.tagged(""))
                .withMessageContaining("a tag must be text");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> task.unique(""))
                .withMessage("unique key must be 1 to 512 characters, was 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NewTask.of("Send Invoice", "x"))
                .withMessageContaining("type must be 1 to 128 of a-z 0-9 . _ -");
    }

    @Test
    void what_a_handler_says_of_its_end_is_cut_and_made_storable() {
        String words = "\u0000" + "x".repeat(5_000);
        try (Fleet wordy = Fleet.builder()
                .database(test.database())
                .node("wordy")
                .worker(
                        TaskType.of("wordy", Boolean.class),
                        (isGivingUp, context) -> isGivingUp ? Outcome.discarded(words) : Outcome.retry(words))
                .start()) {
            UUID discarded = wordy.tasks().enqueue(NewTask.of("wordy", true)).id();
            UUID failed = wordy.tasks()
                    .enqueue(NewTask.of("wordy", false).attempts(1))
                    .id();
            Eventually.holds(
                    "both are dead letters",
                    BOUND,
                    () -> column(discarded, "state").equals("dead")
                            && column(failed, "state").equals("dead"));
            assertThat(column(discarded, "error")).startsWith("\ufffdxxx").hasSize(4_000);
            assertThat(column(failed, "error"))
                    .contains("the last time: \ufffdxxx")
                    .hasSizeLessThan(4_100);
        }
    }

    @Test
    void a_moment_that_is_past_is_now() {
        UUID task = fleet.tasks()
                .enqueue(NewTask.of("late", "x").at(fleet.clock().instant().minusSeconds(3_600)))
                .id();
        try (Fleet other = worker("late", "late-node")) {
            assertThat(other.node().isTrusted()).isTrue();
            Eventually.holds("it ran", BOUND, () -> column(task, "state").equals("completed"));
        }
    }

    @Test
    void what_stands_behind_a_task_that_is_not_there_is_refused_so_that_no_cycle_can_be() {
        assertThatExceptionOfType(MainstayException.class)
                .isThrownBy(() -> fleet.tasks().enqueue(NewTask.of("note", "x").after(new UUID(0, 1))))
                .satisfies(failure -> assertThat(failure.code()).isEqualTo(ErrorCode.TASK_LINK));
    }

    @Test
    void a_type_and_a_queue_nobody_has_heard_of_are_kept_until_somebody_has() {
        UUID task = fleet.tasks()
                .enqueue(NewTask.of("unheard-of", "x").inQueue("new-here"))
                .id();
        assertThat(TaskQueries.find(test.database().api(fleet.organization()), task)
                        .orElseThrow()
                        .task()
                        .place())
                .isEqualTo("no-worker");
        try (Fleet other = worker("unheard-of", "knows-it")) {
            assertThat(other.node().isTrusted()).isTrue();
            Eventually.holds("it ran", BOUND, () -> "knows-it".equals(column(task, "worker")));
        }
    }

    @Test
    void how_long_a_handler_wants_to_wait_keeps_no_other_end_from_being_stored() {
        try (Fleet other = Fleet.builder()
                .database(test.database())
                .node("patient")
                .worker(TaskType.of("wait", Long.class), (days, context) -> Outcome.snoozed(Duration.ofSeconds(days)))
                .worker("plain", String.class, (text, context) -> {})
                .start()) {
            assertThat(other.node().isTrusted()).isTrue();
            UUID years = fleet.tasks()
                    .enqueue(NewTask.of("wait", 3_000_000L * 86_400))
                    .id();
            UUID endless =
                    fleet.tasks().enqueue(NewTask.of("wait", Long.MAX_VALUE)).id();
            UUID plain = fleet.tasks().enqueue(NewTask.of("plain", "")).id();
            Eventually.holds(
                    "its end is stored", BOUND, () -> column(plain, "state").equals("completed"));
            Eventually.holds(
                    "what cannot be stored is a dead letter",
                    BOUND,
                    () -> column(endless, "state").equals("dead"));
            assertThat(column(endless, "error")).startsWith("its end could not be stored");
            assertThat(column(years, "state")).isEqualTo("open");
        }
    }

    private static Fleet worker(String type, String node) {
        return Fleet.builder()
                .database(test.database())
                .node(node)
                .worker(type, String.class, (text, context) -> {})
                .start();
    }
}
