package dev.mainstay.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.concurrent.MonotonicClock;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Requests about a task that somebody's open transaction holds: answered soon, and nothing is lost by it.
@Timeout(20)
class OutsideStrangersFlowTest {
    private static final OutsideFixture outside = new OutsideFixture();
    private static final OutsideAttempts attempts = outside.attempts;

    @AfterAll
    static void close() {
        outside.close();
    }

    /// As one that enqueues behind the task does.
    private static Connection holding(UUID task) throws SQLException {
        Connection connection = outside.test.superuser();
        connection.setAutoCommit(false);
        try (PreparedStatement lock = connection.prepareStatement(
                "SELECT FROM " + outside.test.database().schema() + ".tasks WHERE id = ? FOR UPDATE")) {
            lock.setObject(1, task);
            lock.executeQuery();
        }
        return connection;
    }

    private static void assertBusy(Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        MainstayException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.TASK_BUSY));
    }

    @Test
    void a_worker_is_told_that_its_task_is_held_and_keeps_its_lease() throws SQLException {
        UUID id = outside.enqueue("held");
        OutsideTask task = outside.claim("held");
        OutsideLease lease = OutsideFixture.lease(task);
        try (Connection stranger = holding(id)) {
            assertBusy(() -> outside.complete(task, 1));
            assertBusy(() -> attempts.fail(lease, "broken", true, null));
            assertBusy(() -> attempts.step(lease, 0, "charge", 1));
            assertThat(attempts.progress(lease, 0.5, "half", Duration.ofMinutes(10))
                            .until())
                    .isAfter(outside.test.database().now().plus(Duration.ofMinutes(9)));
            stranger.rollback();
        }
        assertThat(outside.column(id, "state")).isEqualTo("open");
        assertThat(outside.complete(task, 1)).isEqualTo(OutsideEnd.COMPLETED);
    }

    @Test
    void of_many_completions_only_the_held_one_is_busy() throws SQLException {
        UUID first = outside.enqueue("several");
        outside.enqueue("several");
        List<OutsideTask> tasks = outside.claim("several", 2);
        List<OutsideCompletion> all = tasks.stream()
                .map(task -> OutsideCompletion.of(OutsideFixture.lease(task), 1))
                .toList();
        try (Connection stranger = holding(first)) {
            assertThat(attempts.complete(OutsideFixture.MINE, all))
                    .containsExactlyInAnyOrder(Optional.of(OutsideEnd.BUSY), Optional.of(OutsideEnd.COMPLETED));
            stranger.rollback();
        }
        assertThat(attempts.complete(OutsideFixture.MINE, all))
                .containsExactlyInAnyOrder(Optional.of(OutsideEnd.COMPLETED), Optional.of(OutsideEnd.COMPLETED_BEFORE));
        assertThat(outside.column(first, "state")).isEqualTo("completed");
    }

    @Test
    void a_person_is_told_that_a_task_is_held() throws SQLException {
        UUID id = outside.enqueue("unwanted");
        TaskDesk desk = new TaskDesk(
                outside.test.database().api(OutsideFixture.MINE),
                MonotonicClock.system(),
                new TaskStore(outside.test.database(), outside.test.database()::now),
                "a person",
                () -> {},
                () -> {});
        try (Connection stranger = holding(id)) {
            assertBusy(() -> desk.cancel(id, "not wanted"));
            assertBusy(() -> desk.retry(id, "hurry"));
            stranger.rollback();
        }
        assertThat(desk.cancel(id, "not wanted")).isEqualTo(Cancelled.ENDED);
    }
}
