package dev.mainstay.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.postgres.Database;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// How organizations share the workers.
class TaskFairnessFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final String WAITS = """
            SELECT EXISTS (
                SELECT
                FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%task_allowance%')
            """;

    private static final int MANY = 1_000;
    private static final int FEW = 50;
    private static final UUID BUSY = UUID.randomUUID();
    private static final UUID QUIET = UUID.randomUUID();
    private final TestDatabase test = TestDatabase.create();
    private final List<UUID> ran = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void close() {
        test.close();
    }

    private static void enqueue(Fleet fleet, UUID organization, int tasks) {
        fleet.tasks()
                .of(organization)
                .enqueueAll(IntStream.range(0, tasks)
                        .mapToObj(i -> NewTask.of("share", i))
                        .toList());
    }

    private Fleet worker() {
        return Fleet.builder()
                .database(test.database())
                .node("worker")
                .taskCapacity(10)
                .worker("share", Integer.class, (number, task) -> {
                    Threads.pause(Duration.ofMillis(1));
                    ran.add(task.organization());
                })
                .start();
    }

    @Test
    void an_organization_with_few_tasks_does_not_wait_for_one_with_many() {
        try (Fleet enqueuer =
                Fleet.builder().database(test.database()).node("enqueuer").start()) {
            enqueue(enqueuer, BUSY, MANY);
            enqueue(enqueuer, QUIET, FEW);
        }
        try (Fleet _ = worker()) {
            Eventually.holds("all have run", BOUND, () -> ran.size() == MANY + FEW);
        }
        assertThat(ran.lastIndexOf(QUIET)).isLessThan(4 * FEW);
    }

    @Test
    void an_organization_does_not_wait_for_one_that_has_many_queues() {
        try (Fleet enqueuer =
                Fleet.builder().database(test.database()).node("enqueuer").start()) {
            for (int queue = 0; queue < FEW; queue++) {
                String name = "queue-" + queue;
                enqueuer.tasks()
                        .of(BUSY)
                        .enqueueAll(IntStream.range(0, MANY / FEW)
                                .mapToObj(i -> NewTask.of("share", i).inQueue(name))
                                .toList());
            }
            enqueue(enqueuer, QUIET, FEW);
        }
        try (Fleet _ = worker()) {
            Eventually.holds("all have run", BOUND, () -> ran.size() == MANY + FEW);
        }
        assertThat(ran.lastIndexOf(QUIET)).isLessThan(4 * FEW);
    }

    /// They may begin with the commit that stores them, but only where nothing more urgent would take the room.
    @Test
    void what_is_enqueued_one_by_one_begins_before_nothing_that_is_more_urgent_in_another_queue() {
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        try (Fleet fleet = Fleet.builder()
                .database(test.database())
                .node("worker")
                .taskCapacity(10)
                .worker("urgent", Integer.class, (number, task) -> {
                    order.add("urgent");
                    Threads.pause(Duration.ofMillis(5));
                })
                .worker("later", Integer.class, (number, task) -> order.add("later"))
                .start()) {
            fleet.tasks().enqueue(NewTask.of("later", 0));
            Eventually.holds("the lane is known", BOUND, () -> order.contains("later"));
            order.clear();
            fleet.tasks()
                    .enqueueAll(IntStream.range(0, MANY)
                            .mapToObj(i -> NewTask.of("urgent", i).priority(Priority.CRITICAL))
                            .toList());
            Eventually.holds("the urgent ones run", BOUND, () -> order.size() >= 20);
            for (int i = 0; i < FEW; i++) {
                fleet.tasks().enqueue(NewTask.of("later", i).priority(Priority.LOW));
            }
            Eventually.holds("all have run", BOUND, () -> order.size() == MANY + FEW);
        }
        assertThat(order.indexOf("later")).isGreaterThan(MANY - 50);
    }

    @Test
    void limits_that_somebody_holds_keep_no_other_queue_waiting() throws Exception {
        try (Fleet fleet = worker();
                var superuser = test.superuser();
                var statement = superuser.createStatement()) {
            fleet.tasks().limit("stuck", QueueLimit.concurrency(5));
            superuser.setAutoCommit(false);
            statement.execute("SELECT FROM mainstay.task_limits FOR UPDATE");
            fleet.tasks().enqueue(NewTask.of("share", 0).inQueue("stuck"));
            Eventually.holds(
                    "its claim waits",
                    BOUND,
                    () -> test.database()
                            .read(handle -> handle.createQuery(WAITS)
                                    .mapTo(Boolean.class)
                                    .one()));
            enqueue(fleet, QUIET, FEW);

            Eventually.holds("the others run", Duration.ofSeconds(20), () -> ran.size() == FEW);
            superuser.rollback();
            Eventually.holds("the kept one runs", BOUND, () -> ran.size() == FEW + 1);
        }
    }

    private int allowances() {
        return test.database()
                .read(handle -> handle.createQuery(
                                "SELECT coalesce(sum(calls), 0) FROM pg_stat_user_functions WHERE funcname = 'task_allowance'")
                        .mapTo(Integer.class)
                        .one());
    }

    /// Each queue with limits is claimed from in a transaction of its own, which holds its limits.
    @Test
    void queues_that_are_at_their_limits_are_not_claimed_from_whenever_a_task_ends_in_another() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        try (var superuser = test.superuser();
                var statement = superuser.createStatement()) {
            statement.execute("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET track_functions = pl', "
                    + "current_database()); END $$");
        }
        try (Database counted = Database.open(test.config().node("counted").build());
                Fleet fleet = Fleet.builder()
                        .database(counted)
                        .node("counted")
                        .worker("hold", Integer.class, (number, task) -> end.await())
                        .worker("share", Integer.class, (number, task) -> ran.add(task.organization()))
                        .start()) {
            for (int queue = 0; queue < FEW; queue++) {
                fleet.tasks().limit("full-" + queue, QueueLimit.concurrency(1));
                fleet.tasks().enqueue(NewTask.of("hold", 1).inQueue("full-" + queue));
                fleet.tasks().enqueue(NewTask.of("hold", 2).inQueue("full-" + queue));
            }
            fleet.tasks().limit("share", QueueLimit.concurrency(1));
            enqueue(fleet, fleet.organization(), 2 * FEW);
            Eventually.holds("all have run", BOUND, () -> ran.size() == 2 * FEW);
            end.countDown();
        }
        // They are told when a connection has ended.
        Eventually.holds("its claims are counted", BOUND, () -> allowances() >= 2 * FEW);
        assertThat(allowances()).isLessThanOrEqualTo(10 * FEW);
    }

    @Test
    void a_limit_of_an_organization_holds_over_all_its_queues_and_for_no_other() {
        List<UUID> running = Collections.synchronizedList(new ArrayList<>());
        List<Long> most = Collections.synchronizedList(new ArrayList<>());
        try (Fleet fleet = Fleet.builder()
                .database(test.database())
                .node("worker")
                .worker("count", Integer.class, (number, task) -> {
                    running.add(task.organization());
                    if (task.organization().equals(BUSY)) {
                        most.add(count(running, BUSY));
                    }
                    Threads.pause(Duration.ofMillis(20));
                    running.remove(task.organization());
                    ran.add(task.organization());
                })
                .start()) {
            fleet.tasks().of(BUSY).limit("", QueueLimit.concurrency(2));
            for (int i = 0; i < 20; i++) {
                fleet.tasks().of(BUSY).enqueue(NewTask.of("count", i).inQueue("queue-" + i % 3));
                fleet.tasks().of(QUIET).enqueue(NewTask.of("count", i));
            }
            Eventually.holds("all have run", BOUND, () -> ran.size() == 40);
        }
        assertThat(most).allMatch(count -> count <= 2);
        assertThat(ran.subList(0, 20)).contains(QUIET);
    }

    private static long count(List<UUID> running, UUID organization) {
        synchronized (running) {
            return running.stream().filter(organization::equals).count();
        }
    }
}
