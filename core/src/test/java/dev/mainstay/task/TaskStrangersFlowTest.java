package dev.mainstay.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mainstay.ErrorCode;
import dev.mainstay.Fleet;
import dev.mainstay.MainstayException;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Transactions of others that stay open and hold what the end of a task needs.
class TaskStrangersFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final TestDatabase test = TestDatabase.create();
    private static final Map<String, CountDownLatch> gates = new ConcurrentHashMap<>();
    private static final List<String> ran = Collections.synchronizedList(new ArrayList<>());
    private static final Fleet fleet = Fleet.builder()
            .database(test.database())
            .worker("gated", String.class, (text, context) -> {
                ran.add(text);
                gate(text).await();
                context.progress(0.9, "nearly");
                gate(text + " goes on").await();
            })
            .worker("plain", String.class, (text, context) -> ran.add(text))
            .start();

    @AfterAll
    static void stop() {
        fleet.close();
        test.close();
    }

    private static CountDownLatch gate(String name) {
        return gates.computeIfAbsent(name, any -> new CountDownLatch(1));
    }

    private static String state(UUID task) {
        return test.database()
                .read(handle -> handle.createQuery("SELECT state FROM tasks WHERE id = :id")
                        .bind("id", task)
                        .mapTo(String.class)
                        .one());
    }

    private static void awaitCompleted(UUID task) {
        Eventually.holds("task completed", BOUND, () -> state(task).equals("completed"));
    }

    private static void othersComplete(String round) {
        List<UUID> others = fleet
                .tasks()
                .enqueueAll(IntStream.range(0, 50)
                        .mapToObj(number -> NewTask.of("plain", round + number))
                        .toList())
                .stream()
                .map(Enqueued::id)
                .toList();
        others.forEach(TaskStrangersFlowTest::awaitCompleted);
    }

    /// How the stranger's task comes to hold something of the one that runs.
    private static NewTask first(String link, String name) {
        NewTask task = NewTask.of("gated", name);
        return switch (link) {
            case "ordered" -> task.ordered(name);
            case "unique" -> task.unique(name);
            default -> task;
        };
    }

    private static NewTask stranger(String link, String name, UUID first) {
        NewTask task = NewTask.of(link.equals("unique") ? "gated" : "plain", name + " stranger");
        return switch (link) {
            case "ordered" -> task.inQueue("gated").ordered(name);
            case "unique" -> task.unique(name);
            default -> task.after(first);
        };
    }

    private static UUID running(NewTask task, String name) {
        UUID id = fleet.tasks().enqueue(task).id();
        Eventually.holds("it runs", BOUND, () -> ran.contains(name));
        return id;
    }

    @ParameterizedTest
    @CsvSource({"needed, true", "needed, false", "ordered, true", "ordered, false", "unique, true", "unique, false"})
    void tasks_end_while_a_stranger_holds_one_of_them(String link, boolean commits) throws SQLException {
        String name = link + commits;
        UUID first = running(first(link, name), name);
        UUID behind;
        try (Connection connection = test.superuser()) {
            connection.setAutoCommit(false);
            behind = fleet.tasks()
                    .enqueue(connection, stranger(link, name, first))
                    .id();
            gate(name).countDown();
            othersComplete(name + " says how far it is ");
            gate(name + " goes on").countDown();
            othersComplete(name + " has ended ");
            assertThat(state(first)).isEqualTo("open");
            assertThat(ran).doesNotContain(name + " stranger");
            if (commits) {
                connection.commit();
            } else {
                connection.rollback();
            }
        }
        awaitCompleted(first);
        assertThat(Collections.frequency(ran, name)).isEqualTo(1);
        if (link.equals("unique")) {
            assertThat(behind).isEqualTo(first);
        } else if (commits) {
            awaitCompleted(behind);
            assertThat(Collections.frequency(ran, name + " stranger")).isEqualTo(1);
        }
    }

    @Test
    void who_commands_a_task_that_a_stranger_holds_is_told_so_soon() throws SQLException {
        UUID task = running(NewTask.of("gated", "commanded"), "commanded");
        try (Connection connection = test.superuser()) {
            connection.setAutoCommit(false);
            fleet.tasks()
                    .enqueue(connection, NewTask.of("plain", "behind commanded").after(task));
            assertBusy(() -> fleet.tasks().cancel(task, "changed my mind"));
            assertBusy(() -> fleet.tasks().signal(task, "go", 1));
            connection.rollback();
        }
        assertThat(fleet.tasks().cancel(task, "changed my mind")).isEqualTo(Cancelled.ASKED);
        gate("commanded").countDown();
        gate("commanded goes on").countDown();
        Eventually.holds("it has ended", BOUND, () -> !state(task).equals("open"));
    }

    private static void assertBusy(ThrowingCallable command) {
        assertThatExceptionOfType(MainstayException.class)
                .isThrownBy(command)
                .satisfies(failure -> assertThat(failure.code()).isEqualTo(ErrorCode.TASK_BUSY));
    }

    @Test
    void children_end_while_a_stranger_holds_their_parent() throws SQLException {
        UUID parent = running(NewTask.of("gated", "parent"), "parent");
        UUID child;
        try (Connection connection = test.superuser()) {
            connection.setAutoCommit(false);
            fleet.tasks()
                    .enqueue(connection, NewTask.of("plain", "behind parent").after(parent));
            child = fleet.tasks()
                    .enqueue(NewTask.of("plain", "child").childOf(parent))
                    .id();
            Eventually.holds("the child ran", BOUND, () -> ran.contains("child"));
            othersComplete("beside the child ");
            assertThat(state(child)).isEqualTo("open");
            connection.commit();
        }
        awaitCompleted(child);
        assertThat(Collections.frequency(ran, "child")).isEqualTo(1);
        gate("parent").countDown();
        gate("parent goes on").countDown();
        awaitCompleted(parent);
        Eventually.holds("what was behind ran", BOUND, () -> ran.contains("behind parent"));
    }
}
