package dev.mainstay.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.cluster.DatabaseClock;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.concurrent.TimerWheel;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.telemetry.Telemetry;
import dev.mainstay.testing.Eventually;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Faults of the engine that were found by reading it with crashes, freezes and lost answers in mind.
class TaskFaultsFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private final TaskStage stage = new TaskStage();
    private final TaskUpkeep upkeep = new TaskUpkeep(stage.test().database(), () -> {});

    @AfterEach
    void drop() {
        stage.close();
    }

    /// The answer to the commit was lost, so the writer writes once more; that is no conflict, and no reason to die.
    @Test
    void a_step_that_was_stored_already_by_the_same_attempt_counts_as_stored() {
        stage.enqueue("a");
        UUID session = stage.session();
        ClaimedTask task = stage.claim(session);
        StepStore steps = new StepStore(stage.test().database());
        StepWrite write = new StepWrite(
                task, 0, "charge", "step", "1", stage.test().database().now(), new CompletableFuture<>());
        assertThat(steps.write(session, List.of(write))).containsExactly(write);
        assertThat(steps.write(session, List.of(write))).containsExactly(write);
        assertThat(steps.read(task)).hasSize(1);
    }

    /// As of a process that was frozen in the transaction that completes a task.
    @Test
    void a_completion_that_hangs_keeps_nobody_else_from_being_rescued() throws SQLException {
        UUID hanging = stage.enqueue("a");
        UUID frozen = stage.session();
        ClaimedTask first = stage.claim(frozen);
        UUID waiting = stage.enqueue("b");
        UUID dead = stage.session();
        stage.claim(dead);
        try (Connection connection = stage.test().superuser()) {
            connection.setAutoCommit(false);
            assertThat(stage.completions().complete(connection, stage.completed(first)))
                    .isTrue();
            stage.end(frozen, "expired");
            stage.end(dead, "expired");
            upkeep.round();
            assertThat(stage.column(waiting, "crashes")).isEqualTo("1");
            connection.rollback();
        }
        assertThat(stage.column(hanging, "crashes")).isEqualTo("0");
        upkeep.round();
        assertThat(stage.column(hanging, "crashes")).isEqualTo("1");
    }

    @Test
    void a_transaction_that_completes_a_task_is_ended_by_the_server_when_nothing_comes_of_it() throws SQLException {
        stage.enqueue("a");
        ClaimedTask task = stage.claim(stage.session());
        try (Connection connection = stage.test().superuser()) {
            connection.setAutoCommit(false);
            assertThat(idle(connection)).isEqualTo("0");
            assertThat(stage.completions().complete(connection, stage.completed(task)))
                    .isTrue();
            assertThat(idle(connection)).isEqualTo("5s");
            connection.rollback();
            assertThat(idle(connection)).isEqualTo("0");
            execute(connection, "SET idle_in_transaction_session_timeout = '3s'");
            assertThat(stage.completions().complete(connection, stage.completed(task)))
                    .isTrue();
            assertThat(idle(connection)).isEqualTo("3s");
            connection.commit();
        }
    }

    private static String idle(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("SHOW idle_in_transaction_session_timeout")) {
            row.next();
            return row.getString(1);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void a_database_that_was_away_is_no_crash_of_the_worker() {
        UUID id = stage.enqueue("a");
        UUID session = stage.session();
        stage.claim(session);
        stage.end(session, "database was away");
        upkeep.round();
        assertThat(stage.column(id, "crashes")).isEqualTo("0");
        assertThat(stage.column(id, "fence")).isEqualTo("1");
        UUID next = stage.session();
        assertThat(stage.complete(next, stage.claim(next))).isTrue();
    }

    /// As when memory runs out in the middle of a batch: the round fails, and what it had claimed is not forgotten.
    @Test
    void a_batch_whose_beginning_fails_in_the_middle_is_begun_to_its_end() {
        List<UUID> batch = IntStream.range(0, 20)
                .mapToObj(number -> stage.enqueue("batch-" + number))
                .toList();
        AtomicInteger asked = new AtomicInteger();
        Queue<String> ran = new ConcurrentLinkedQueue<>();
        try (Bench bench = new Bench(ran, clock -> () -> {
            if (Thread.currentThread().getName().contains("tasks-claim") && asked.incrementAndGet() == 7) {
                throw new OutOfMemoryError("simulated");
            }
            return clock.instant();
        })) {
            bench.host().joined(stage.session());
            Eventually.holds(
                    "all have completed",
                    BOUND,
                    () -> batch.stream()
                            .allMatch(id -> stage.column(id, "state").equals("completed")));
            assertThat(asked.get()).isGreaterThan(batch.size());
            assertThat(ran).hasSize(batch.size()).doesNotHaveDuplicates();
            Eventually.holds("all room is free", BOUND, () -> bench.host().room() == 50);
        }
    }

    /// The same for a task that was stored and claimed with one commit, where it was enqueued.
    @Test
    void a_task_claimed_where_it_was_enqueued_whose_beginning_fails_begins_with_the_next_round() {
        AtomicInteger failures = new AtomicInteger();
        Queue<String> ran = new ConcurrentLinkedQueue<>();
        try (Bench bench = new Bench(ran, clock -> () -> {
            if (Thread.currentThread().getName().contains("tasks-enqueue") && failures.getAndIncrement() == 0) {
                throw new OutOfMemoryError("simulated");
            }
            return clock.instant();
        })) {
            TaskHost host = bench.host();
            stage.enqueue("first");
            host.joined(stage.session());
            Eventually.holds("the lane is known", BOUND, () -> ran.contains("first"));
            int lane = host.store().lane(Organizations.DEFAULT, "work", "work");
            List<String> all = new ArrayList<>(List.of("first"));
            // While the claimer still looks elsewhere, none is begun where it was enqueued.
            while (failures.get() == 0 && all.size() < 1_000) {
                all.add("task " + all.size());
                assertThat(host.enqueue(Organizations.DEFAULT, lane, NewTask.of("work", all.getLast())))
                        .isNotNull();
            }
            assertThat(failures.get()).as("the beginning of one failed").isPositive();
            Eventually.holds("it runs all the same", BOUND, () -> ran.size() == all.size());
            Eventually.holds(
                    "all have ended",
                    BOUND,
                    () -> host.room() == 50 && host.claims().isEmpty());
            assertThat(ran).containsExactlyInAnyOrderElementsOf(all);
        }
    }

    /// The answer to a claim arrives, the process stands still, and goes on when its session is over.
    @Test
    void what_was_claimed_under_a_session_that_is_over_is_not_begun() {
        stage.enqueue("a");
        UUID over = stage.session();
        ClaimedTask task = stage.claim(over);
        Queue<String> ran = new ConcurrentLinkedQueue<>();
        try (Bench bench = new Bench(ran, clock -> clock)) {
            TaskHost host = bench.host();
            host.joined(over);
            host.fenced();
            host.joined(stage.session());
            Eventually.holds("there is room", BOUND, () -> host.reserve(1) == 1);
            host.begin(task, "work");
            Eventually.holds("nothing runs", BOUND, () -> host.room() == 50);
            assertThat(ran).isEmpty();
        }
    }

    /// As when the disk stands still for a while: the answer comes late, and is heard.
    @Test
    void a_claim_whose_answer_comes_late_is_begun() throws SQLException {
        UUID task = stage.enqueue("a");
        Queue<String> ran = new ConcurrentLinkedQueue<>();
        try (Connection connection = stage.test().superuser();
                Bench bench = new Bench(ran, clock -> clock)) {
            connection.setAutoCommit(false);
            execute(connection, "LOCK TABLE " + stage.test().database().schema() + ".task_claims IN SHARE MODE");
            bench.host().joined(stage.session());
            Threads.pause(Duration.ofSeconds(3));
            connection.rollback();
            Eventually.holds(
                    "it has completed", BOUND, () -> stage.column(task, "state").equals("completed"));
        }
        assertThat(ran).containsExactly("a");
        assertThat(stage.column(task, "fence"))
                .as("attempts that were given back")
                .isEqualTo("0");
    }

    /// tasks_forgotten gives it back, so another may run it by the time its answer comes or its beginning succeeds.
    @Test
    void a_claim_that_this_node_did_not_hear_of_in_time_is_not_begun() {
        stage.enqueue("a");
        UUID session = stage.session();
        ClaimedTask task = stage.claim(session);
        try (Bench bench = new Bench(new ConcurrentLinkedQueue<>(), clock -> clock)) {
            TaskHost host = bench.host();
            long now = MonotonicClock.system().nanos();
            long longAgo = now - Duration.ofSeconds(3).toNanos();
            assertThat(host.isForgotten(task.claim(), now)).isFalse();
            assertThat(host.isForgotten(task.claim(), longAgo)).isTrue();
            host.begin(task, "work");
            assertThat(host.isForgotten(task.claim(), longAgo))
                    .as("it is known")
                    .isFalse();
        }
    }

    /// A host that works on tasks of type `work`, without a node around it.
    private final class Bench implements AutoCloseable {
        private final MonotonicClock monotonic = MonotonicClock.system();
        private final TimerWheel wheel = TimerWheel.start(monotonic);
        private final Telemetry telemetry = Telemetry.start(stage.test().database());
        private final TaskHost host;

        Bench(Queue<String> ran, UnaryOperator<InstantSource> clock) {
            Workers workers = new Workers();
            workers.add(TaskType.of("work", String.class), (text, context) -> {
                ran.add(text);
                return Outcome.COMPLETED;
            });
            var database = stage.test().database();
            InstantSource time = clock.apply(new DatabaseClock(monotonic, database.now()));
            host = new TaskHost.Builder("worker", workers, 50, database, wheel, monotonic, time, telemetry, _ -> {})
                    .start();
        }

        TaskHost host() {
            return host;
        }

        @Override
        public void close() {
            host.stop(Duration.ZERO);
            telemetry.close();
            wheel.close();
        }
    }
}
