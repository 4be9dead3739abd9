package dev.mainstay.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.ErrorCode;
import dev.mainstay.Fleet;
import dev.mainstay.MainstayException;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Handlers that never return and pools that are used up.
class TaskTroubleFlowTest {
    private static final Duration BOUND = Duration.ofMinutes(1);
    private static final int ENGINE_POOL = 2;

    private final TestDatabase test = TestDatabase.create(settings -> settings.poolSizes(2, ENGINE_POOL, 2));
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void drop() {
        release.countDown();
        test.close();
    }

    private String state(UUID task) {
        return test.database()
                .read(handle -> handle.createQuery("SELECT state FROM tasks WHERE id = :id")
                        .bind("id", task)
                        .mapTo(String.class)
                        .one());
    }

    private static void awaitStubbornly(CountDownLatch latch) {
        boolean isOver = false;
        while (!isOver) {
            try {
                isOver = latch.await(1, TimeUnit.HOURS);
            } catch (InterruptedException e) {
                // This handler does not care.
            }
        }
    }

    @Test
    void a_handler_that_ignores_interrupts_is_abandoned_and_what_it_does_later_does_not_count() throws Exception {
        CompletableFuture<ErrorCode> late = new CompletableFuture<>();
        RetryPolicy quick = new RetryPolicy(5, Duration.ofMillis(20), Duration.ofMillis(50), 0);
        TaskType<String> type =
                TaskType.of("stubborn", String.class).retry(quick).deadline(Duration.ofMillis(200));
        try (Fleet fleet = Fleet.builder()
                .database(test.database())
                .worker(type, (text, context) -> {
                    if (context.attempt() == 1) {
                        awaitStubbornly(release);
                        completeLate(context, late);
                    }
                    return Outcome.completed(context.attempt());
                })
                .start()) {
            UUID id = fleet.tasks().enqueue(NewTask.of("stubborn", "")).id();
            Eventually.holds(
                    "the second attempt completes", BOUND, () -> state(id).equals("completed"));
            release.countDown();
            assertThat(late.get(BOUND.toSeconds(), TimeUnit.SECONDS)).isEqualTo(ErrorCode.LEASE_LOST);
            assertThat(fleet.taskHost().room()).isPositive();
        }
    }

    private void completeLate(TaskContext context, CompletableFuture<ErrorCode> late) throws SQLException {
        try (Connection connection = test.superuser()) {
            connection.setAutoCommit(false);
            context.complete(connection, 1);
            late.completeExceptionally(new AssertionError("a late completion was accepted"));
        } catch (MainstayException e) {
            late.complete(e.code());
        }
    }

    /// The session has a connection of its own, so a pool that is used up delays work and costs no lease.
    @Test
    void tasks_wait_while_the_pool_is_used_up_and_no_lease_is_lost() throws Exception {
        try (Fleet fleet = Fleet.builder()
                .database(test.database())
                .worker("plain", String.class, (text, context) -> {})
                .start()) {
            UUID before = fleet.tasks().enqueue(NewTask.of("plain", "")).id();
            Eventually.holds("tasks run", BOUND, () -> state(before).equals("completed"));
            UUID session = fleet.node().sessionId();
            CountDownLatch held = new CountDownLatch(ENGINE_POOL);
            for (int number = 0; number < ENGINE_POOL; number++) {
                Threads.startVirtual(
                        "holder",
                        () -> test.database().read(handle -> {
                            held.countDown();
                            awaitStubbornly(release);
                            return handle.execute("SELECT 1");
                        }));
            }
            assertThat(held.await(BOUND.toSeconds(), TimeUnit.SECONDS)).isTrue();
            UUID waiting;
            try (Connection connection = test.superuser()) {
                waiting = fleet.tasks()
                        .enqueue(connection, NewTask.of("plain", ""))
                        .id();
            }
            Eventually.holds(
                    "the engine waits for a connection",
                    BOUND,
                    () -> test.database().pools().stream()
                            .anyMatch(pool -> pool.name().equals("engine") && pool.waiting() > 0));
            assertThat(fleet.node().isTrusted()).isTrue();
            release.countDown();
            Eventually.holds("it runs after all", BOUND, () -> state(waiting).equals("completed"));
            assertThat(fleet.node().sessionId()).isEqualTo(session);
        }
    }
}
