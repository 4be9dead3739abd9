package dev.mainstay.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.Fleet;
import dev.mainstay.FleetBuilder;
import dev.mainstay.MainstayException;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class TaskFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final TestDatabase test = TestDatabase.create();
    private static final List<String> ran = Collections.synchronizedList(new ArrayList<>());
    private static final AtomicInteger flaky = new AtomicInteger();
    private static final CountDownLatch hangs = new CountDownLatch(1);
    private static final CountDownLatch halfDone = new CountDownLatch(1);
    private static final CountDownLatch interrupted = new CountDownLatch(1);
    private static final AtomicInteger pairs = new AtomicInteger();
    private static final AtomicInteger mostPairs = new AtomicInteger();
    private static final AtomicInteger crowd = new AtomicInteger();
    private static final AtomicInteger mostCrowded = new AtomicInteger();
    private static final Fleet fleet = fleet();

    record Invoice(String number, int amount) {}

    private static Fleet fleet() {
        RetryPolicy quick = new RetryPolicy(3, Duration.ofMillis(20), Duration.ofMillis(50), 0);
        FleetBuilder builder = Fleet.builder()
                .database(test.database())
                .node("tasks")
                .worker("note", String.class, (text, context) -> ran.add(text))
                .worker(
                        TaskType.of("send-invoice", Invoice.class),
                        (invoice, context) ->
                                Outcome.completed(Map.of("sent", invoice.number(), "fence", context.fence())))
                .worker(TaskType.of("flaky", String.class).retry(quick), (text, context) -> {
                    if (flaky.incrementAndGet() < 3) {
                        throw new IllegalStateException("not yet");
                    }
                    return Outcome.COMPLETED;
                })
                .worker(TaskType.of("hopeless", String.class).retry(quick), (text, context) -> {
                    throw new IllegalStateException("never");
                })
                .worker(TaskType.of("out-of-memory", String.class).retry(quick), (text, context) -> {
                    throw new OutOfMemoryError("simulated");
                });
        return blocking(builder).start();
    }

    private static FleetBuilder blocking(FleetBuilder builder) {
        return builder.worker(TaskType.of("pair", String.class).concurrency(2), (text, context) -> {
                    mostPairs.accumulateAndGet(pairs.incrementAndGet(), Math::max);
                    Threads.pause(Duration.ofMillis(2));
                    pairs.decrementAndGet();
                    return Outcome.COMPLETED;
                })
                .worker("half-done", String.class, (text, context) -> {
                    context.progress(0.5, "half of it");
                    halfDone.await();
                })
                .worker("crowd", String.class, (text, context) -> {
                    mostCrowded.accumulateAndGet(crowd.incrementAndGet(), Math::max);
                    Threads.pause(Duration.ofMillis(2));
                    crowd.decrementAndGet();
                })
                .worker(TaskType.of("transactional", String.class).retry(RetryPolicy.NEVER), (text, context) -> {
                    try (Connection connection = test.superuser()) {
                        connection.setAutoCommit(false);
                        context.complete(connection, text);
                        if (text.equals("commit")) {
                            connection.commit();
                        } else {
                            connection.rollback();
                        }
                    }
                    return Outcome.COMPLETED;
                })
                .worker(TaskType.of("endless", String.class).deadline(Duration.ofMillis(100)), (text, context) -> {
                    Thread.currentThread().join();
                    return Outcome.COMPLETED;
                })
                .worker(
                        TaskType.of("bad-result", String.class),
                        (text, context) -> Outcome.completed(new BigDecimal("1e200000")))
                .worker(TaskType.of("hang", String.class), (text, context) -> {
                    hangs.countDown();
                    try {
                        Thread.currentThread().join();
                    } finally {
                        interrupted.countDown();
                    }
                    return Outcome.COMPLETED;
                });
    }

    @AfterAll
    static void close() {
        fleet.close();
        test.close();
    }

    private static String column(UUID task, String column) {
        return test.database()
                .read(handle -> handle.createQuery("SELECT " + column + "::text FROM tasks WHERE id = :id")
                        .bind("id", task)
                        .mapTo(String.class)
                        .findOne()
                        .orElse("none"));
    }

    private static void awaitState(UUID task, String state) {
        Eventually.holds(
                "task becomes " + state, BOUND, () -> column(task, "state").equals(state));
    }

    @Test
    void a_task_runs_once_and_its_result_is_kept() {
        UUID task = fleet.tasks()
                .enqueue(NewTask.of("send-invoice", new Invoice("R-1", 5)))
                .id();
        awaitState(task, "completed");
        assertThat(column(task, "result")).contains("\"sent\": \"R-1\"").contains("\"fence\": 1");
        assertThat(column(task, "worker")).isEqualTo("tasks");
    }

    @Test
    void a_batch_is_enqueued_in_one_transaction_and_all_of_it_runs() {
        List<NewTask> batch = IntStream.range(0, 2_000)
                .mapToObj(i -> NewTask.of("note", "batch-" + i))
                .toList();
        List<Enqueued> all = fleet.tasks().enqueueAll(batch);
        all.forEach(task -> awaitState(task.id(), "completed"));
        assertThat(ran.stream().filter(text -> text.startsWith("batch-")))
                .hasSize(2_000)
                .doesNotHaveDuplicates();
    }

    @Test
    void a_task_enqueued_in_a_transaction_that_rolls_back_never_was() throws SQLException {
        UUID committed;
        try (Connection connection = test.superuser()) {
            connection.setAutoCommit(false);
            fleet.tasks().enqueue(connection, NewTask.of("note", "rolled back"));
            connection.rollback();
            committed = fleet.tasks()
                    .enqueue(connection, NewTask.of("note", "committed"))
                    .id();
            connection.commit();
        }
        awaitState(committed, "completed");
        assertThat(ran).contains("committed").doesNotContain("rolled back");
    }

    @Test
    void a_task_that_fails_is_tried_again_until_it_succeeds() {
        UUID task = fleet.tasks().enqueue(NewTask.of("flaky", "")).id();
        awaitState(task, "completed");
        assertThat(column(task, "attempts")).isEqualTo("2");
        assertThat(column(task, "fence")).isEqualTo("2");
    }

    @Test
    void a_task_whose_retries_are_used_up_is_a_dead_letter_and_can_be_redriven() {
        UUID task = fleet.tasks().enqueue(NewTask.of("hopeless", "")).id();
        awaitState(task, "dead");
        assertThat(column(task, "error")).contains("failed 3 times").contains("never");
        assertThat(fleet.tasks().redrive(task)).isEqualTo(Retried.REDRIVEN);
        awaitState(task, "dead");
        assertThat(column(task, "fence")).isEqualTo("6");
        assertThat(fleet.tasks().redrive(UUID.randomUUID())).isEqualTo(Retried.UNKNOWN);
    }

    @Test
    void an_error_in_a_handler_fails_its_task_alone() {
        UUID task = fleet.tasks()
                .enqueue(NewTask.of("out-of-memory", "").attempts(1))
                .id();
        awaitState(task, "dead");
        assertThat(column(task, "error")).contains("OutOfMemoryError");
    }

    @Test
    void a_payload_that_does_not_read_is_a_dead_letter_with_the_reason() {
        UUID task =
                fleet.tasks().enqueue(NewTask.of("send-invoice", List.of(1))).id();
        awaitState(task, "dead");
        assertThat(column(task, "error"))
                .contains("the payload does not read as")
                .contains("Invoice");
    }

    @Test
    void a_delayed_task_waits_and_then_runs() {
        UUID task = fleet.tasks()
                .enqueue(NewTask.of("note", "later").in(Duration.ofSeconds(3)))
                .id();
        assertThat(column(task, "state")).isEqualTo("open");
        assertThat(ran).doesNotContain("later");
        awaitState(task, "completed");
        assertThat(Boolean.parseBoolean(column(task, "(started_at >= created_at + interval '3 seconds')")))
                .isTrue();
    }

    @Test
    void a_unique_key_gives_the_open_task_again() {
        NewTask once = NewTask.of("note", "unique").unique("k").in(Duration.ofSeconds(3));
        Enqueued first = fleet.tasks().enqueue(once);
        Enqueued second = fleet.tasks().enqueue(once);
        assertThat(first.isNew()).isTrue();
        assertThat(second).isEqualTo(new Enqueued(first.id(), false));
        awaitState(first.id(), "completed");
        assertThat(fleet.tasks().enqueue(once).isNew()).isTrue();
    }

    @Test
    void tasks_of_one_ordering_key_run_one_at_a_time_and_in_order() {
        List<NewTask> line = IntStream.range(0, 50)
                .mapToObj(i -> NewTask.of("note", "ordered-" + i).ordered("key"))
                .toList();
        List<Enqueued> all = fleet.tasks().enqueueAll(line);
        awaitState(all.getLast().id(), "completed");
        assertThat(ran.stream().filter(text -> text.startsWith("ordered-")).toList())
                .isEqualTo(IntStream.range(0, 50).mapToObj(i -> "ordered-" + i).toList());
    }

    @Test
    void a_task_waits_for_those_it_needs_and_is_cancelled_with_them() {
        UUID first = fleet.tasks()
                .enqueue(NewTask.of("note", "first").in(Duration.ofMillis(200)))
                .id();
        UUID second =
                fleet.tasks().enqueue(NewTask.of("note", "second").after(first)).id();
        awaitState(second, "completed");
        assertThat(ran.indexOf("first")).isLessThan(ran.indexOf("second"));
        UUID never = fleet.tasks()
                .enqueue(NewTask.of("note", "never").in(Duration.ofHours(1)))
                .id();
        UUID dependent = fleet.tasks()
                .enqueue(NewTask.of("note", "never either").after(never))
                .id();
        assertThat(fleet.tasks().cancel(never, "no longer needed")).isEqualTo(Cancelled.ENDED);
        awaitState(dependent, "cancelled");
        assertThat(column(dependent, "error")).contains("ended cancelled");
        assertThatThrownBy(() -> fleet.tasks().enqueue(NewTask.of("note", "").after(UUID.randomUUID())))
                .isInstanceOf(MainstayException.class)
                .hasMessageContaining("is unknown");
    }

    @Test
    void a_task_that_did_not_start_in_time_expires() {
        UUID task = fleet.tasks()
                .enqueue(NewTask.of("nobody-works-on-this", "").expiringAfter(Duration.ofMillis(50)))
                .id();
        awaitState(task, "expired");
    }

    @Test
    void a_running_task_that_is_cancelled_is_interrupted_and_ends_cancelled() throws InterruptedException {
        UUID task = fleet.tasks().enqueue(NewTask.of("hang", "")).id();
        assertThat(hangs.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(fleet.tasks().cancel(task, "enough")).isEqualTo(Cancelled.ASKED);
        assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
        awaitState(task, "cancelled");
        assertThat(column(task, "error")).isEqualTo("enough");
        assertThat(fleet.tasks().cancel(task, "again")).isEqualTo(Cancelled.OVER);
        assertThat(fleet.tasks().cancel(UUID.randomUUID(), "")).isEqualTo(Cancelled.UNKNOWN);
    }

    @Test
    void a_paused_queue_starts_nothing_until_it_is_resumed() {
        UUID before = fleet.tasks()
                .enqueue(NewTask.of("note", "p0").inQueue("pausable"))
                .id();
        awaitState(before, "completed");
        assertThat(fleet.tasks().pause("pausable", "maintenance")).isTrue();
        assertThat(fleet.tasks().pause("unheard-of", "")).isFalse();
        UUID held = fleet.tasks()
                .enqueue(NewTask.of("note", "p1").inQueue("pausable"))
                .id();
        UUID free = fleet.tasks().enqueue(NewTask.of("note", "p2")).id();
        awaitState(free, "completed");
        assertThat(column(held, "state")).isEqualTo("open");
        fleet.tasks().resume("pausable", "done");
        awaitState(held, "completed");
    }

    @Test
    void a_queue_with_a_limit_runs_no_more_at_once() {
        fleet.tasks().limit("narrow", QueueLimit.concurrency(3));
        List<Enqueued> all = fleet.tasks()
                .enqueueAll(IntStream.range(0, 40)
                        .mapToObj(i -> NewTask.of("crowd", "").inQueue("narrow"))
                        .toList());
        all.forEach(task -> awaitState(task.id(), "completed"));
        assertThat(mostCrowded.get()).isBetween(1, 3);
    }

    @Test
    void a_queue_with_a_rate_starts_no_more_in_a_period() {
        fleet.tasks().limit("slow", QueueLimit.rate(5, Duration.ofSeconds(1)));
        List<Enqueued> all = fleet.tasks()
                .enqueueAll(IntStream.range(0, 12)
                        .mapToObj(i -> NewTask.of("note", "slow-" + i).inQueue("slow"))
                        .toList());
        all.forEach(task -> awaitState(task.id(), "completed"));
        double seconds = test.database()
                .read(handle -> handle.createQuery("""
                        SELECT extract(epoch FROM max(started_at) - min(started_at)) FROM tasks
                        WHERE lane_id IN (SELECT lane_id FROM task_lanes WHERE queue = 'slow')
                        """).mapTo(Double.class).one());
        assertThat(seconds).isGreaterThan(1);
    }

    @Test
    void a_task_completed_in_its_handlers_transaction_commits_with_what_the_handler_wrote() {
        UUID good = fleet.tasks().enqueue(NewTask.of("transactional", "commit")).id();
        awaitState(good, "completed");
        assertThat(column(good, "result")).isEqualTo("\"commit\"");
        UUID bad =
                fleet.tasks().enqueue(NewTask.of("transactional", "rollback")).id();
        awaitState(bad, "dead");
        assertThat(column(bad, "error")).contains("rolled back");
    }

    @Test
    void an_attempt_past_its_deadline_is_interrupted_and_has_failed() {
        UUID task = fleet.tasks().enqueue(NewTask.of("endless", "").attempts(1)).id();
        awaitState(task, "dead");
        assertThat(column(task, "error")).contains("InterruptedException");
    }

    @Test
    void a_result_the_database_refuses_spoils_no_other_task() {
        UUID task = fleet.tasks().enqueue(NewTask.of("bad-result", "")).id();
        List<Enqueued> others = fleet.tasks()
                .enqueueAll(IntStream.range(0, 20)
                        .mapToObj(i -> NewTask.of("note", "beside-" + i))
                        .toList());
        awaitState(task, "dead");
        others.forEach(other -> awaitState(other.id(), "completed"));
    }

    @Test
    void a_task_says_how_far_it_is() {
        UUID task = fleet.tasks().enqueue(NewTask.of("half-done", "")).id();
        Eventually.holds("progress is stored", BOUND, () -> "0.5".equals(column(task, "progress")));
        assertThat(column(task, "progress_message")).isEqualTo("half of it");
        halfDone.countDown();
        awaitState(task, "completed");
    }

    @Test
    void how_attempts_end_is_told_as_metrics() {
        fleet.tasks().enqueue(NewTask.of("note", "measured"));
        Eventually.holds(
                "the metric is stored",
                BOUND,
                () -> test.database()
                                .read(handle -> handle.createQuery("""
                        SELECT count(*) FROM metric_series
                        WHERE name = 'task.attempts' AND labels ->> 'type' = 'note' AND labels ->> 'outcome' = 'completed'
                        """)
                                        .mapTo(Integer.class)
                                        .one())
                        >= 1);
    }

    @Test
    void a_type_with_a_bound_runs_no_more_at_once_whatever_queue_and_priority_its_tasks_have() {
        List<Enqueued> all = fleet.tasks()
                .enqueueAll(IntStream.range(0, 60)
                        .mapToObj(i ->
                                NewTask.of("pair", "").inQueue("pair-" + i % 3).priority(Priority.ofStored(i % 4)))
                        .toList());
        all.forEach(task -> awaitState(task.id(), "completed"));
        assertThat(mostPairs.get()).isBetween(1, 2);
    }
}
