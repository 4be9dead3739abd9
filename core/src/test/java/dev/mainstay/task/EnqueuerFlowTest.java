package dev.mainstay.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.postgres.DatabaseConfig;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.FaultProxy;
import dev.mainstay.testing.TestPostgres;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Tasks that are enqueued one by one share transactions, and nothing else.
class EnqueuerFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private final TaskStage stage = new TaskStage();
    private final ArrivalStore arrivals = new ArrivalStore(stage.test().database(), "worker");
    private final TaskStore tasks =
            new TaskStore(stage.test().database(), stage.test().database()::now);

    @AfterEach
    void drop() {
        stage.close();
    }

    private Arrival arrival(String text) {
        int lane = tasks.lane(Organizations.DEFAULT, "work", "work");
        UUID id = TaskId.at(stage.test().database().now());
        NewTask task = NewTask.of("work", text).tagged("t1").attempts(7);
        return new Arrival(
                Organizations.DEFAULT, lane, id, task, Payload.text("payload", text), 0, new CompletableFuture<>());
    }

    @Test
    void what_is_asked_for_is_claimed_with_the_commit_that_stores_it_and_all_else_is_claimable() {
        Arrival first = arrival("a");
        Arrival second = arrival("b");
        Arrival third = arrival("c");
        UUID session = stage.session();
        List<ArrivalStore.Begun> begun = arrivals.store(session, List.of(first, second, third), Set.of(first, third));
        assertThat(begun).extracting(ArrivalStore.Begun::arrival).containsExactly(first, third);
        assertThat(begun.getFirst().task().claim().open()).isEqualTo(2);
        ClaimedTask other = stage.claim(session);
        assertThat(other.id()).isEqualTo(second.id());
        assertThat(other.maxAttempts()).isEqualTo(7);
        assertThat(stage.column(second.id(), "tags")).isEqualTo("{t1}");
        assertThat(stage.complete(session, other)).isTrue();
        List<Ending> endings =
                begun.stream().map(each -> stage.completed(each.task())).toList();
        assertThat(stage.completions()
                        .end(session, endings, List.of(begun.getFirst().task().claim()))
                        .refused())
                .isEmpty();
        assertThat(stage.column(third.id(), "state")).isEqualTo("completed");
    }

    @Test
    void a_session_that_is_over_claims_nothing_and_loses_nothing() {
        Arrival only = arrival("a");
        UUID over = stage.session();
        stage.end(over, "expired");
        assertThat(arrivals.store(over, List.of(only), Set.of(only))).isEmpty();
        assertThat(stage.claim(stage.session()).id()).isEqualTo(only.id());
    }

    @Test
    void nothing_of_a_paused_queue_begins() {
        Arrival only = arrival("a");
        stage.execute("UPDATE queues SET paused = true WHERE name = 'work'");
        UUID session = stage.session();
        assertThat(arrivals.store(session, List.of(only), Set.of(only))).isEmpty();
        stage.execute("UPDATE queues SET paused = false WHERE name = 'work'");
        assertThat(stage.claim(session).id()).isEqualTo(only.id());
    }

    /// Some begin with the commit that stores them, others are claimed at the same moment.
    @Test
    void no_more_tasks_run_at_once_than_there_is_room_for() {
        int capacity = 8;
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        try (Fleet fleet = Fleet.builder()
                .database(stage.test().database())
                .taskCapacity(capacity)
                .worker("work", Integer.class, (number, context) -> {
                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                    Threads.pause(Duration.ofMillis(2));
                    running.decrementAndGet();
                    done.incrementAndGet();
                })
                .start()) {
            List<NewTask> batch = Collections.nCopies(20, NewTask.of("work", 0));
            for (int caller = 0; caller < 4; caller++) {
                Threads.startVirtual("caller", () -> batch.forEach(fleet.tasks()::enqueue));
            }
            for (int round = 0; round < 50; round++) {
                fleet.tasks().enqueueAll(batch);
                Threads.startVirtual("caller", () -> batch.forEach(fleet.tasks()::enqueue));
                Threads.pause(Duration.ofMillis(10));
            }
            Eventually.holds("all are done", BOUND, () -> done.get() == 2_080);
        }
        assertThat(most.get()).isEqualTo(capacity);
    }

    /// While the first is held up, the others wait for the same connection.
    @Test
    void however_many_enqueue_they_use_one_connection_and_only_the_refused_fails() throws SQLException {
        Queue<UUID> stored = new ConcurrentLinkedQueue<>();
        Queue<RuntimeException> failed = new ConcurrentLinkedQueue<>();
        List<Thread> callers = new ArrayList<>();
        try (Fleet fleet = Fleet.builder()
                .database(stage.test().database())
                .node("enqueuer")
                .start()) {
            fleet.tasks().enqueue(NewTask.of("work", "so that the lane is known"));
            try (Connection holder = stage.test().superuser();
                    Statement statement = holder.createStatement()) {
                holder.setAutoCommit(false);
                statement.execute("LOCK TABLE " + stage.test().database().schema() + ".tasks IN SHARE MODE");
                for (int i = 0; i < 20; i++) {
                    Object payload = i == 10 ? new BigDecimal("1e200000") : i;
                    callers.add(Threads.startPlatform("caller", () -> {
                        try {
                            stored.add(fleet.tasks()
                                    .enqueue(NewTask.of("work", payload))
                                    .id());
                        } catch (RuntimeException e) {
                            failed.add(e);
                        }
                    }));
                }
                Eventually.holds(
                        "nobody talks to the database",
                        BOUND,
                        () -> callers.stream().allMatch(caller -> caller.getState() == Thread.State.WAITING));
                Eventually.holds("one of them waits there for all", BOUND, () -> held() == 1);
                holder.rollback();
            }
            callers.forEach(caller -> assertThat(Threads.join(caller, BOUND)).isTrue());
        }
        assertThat(stored).hasSize(19);
        assertThat(failed).hasSize(1);
        stored.forEach(task -> assertThat(stage.column(task, "state")).isEqualTo("open"));
    }

    /// Batch after batch each would have waited as long as the first.
    @Test
    void while_the_database_is_away_whoever_waited_as_long_as_the_batch_is_told_with_it() {
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        TestPostgres server = TestPostgres.shared();
        List<Thread> callers = new ArrayList<>();
        FaultProxy proxy = FaultProxy.to(server.host(), server.port());
        try (Fleet fleet = Fleet.builder()
                .database(DatabaseConfig.at("jdbc:postgresql://" + proxy.host() + ":" + proxy.port() + "/"
                                + stage.test().name())
                        .owner(server.superuser(), server.password())
                        .build())
                .node("enqueuer")
                .start()) {
            fleet.tasks().enqueue(NewTask.of("work", "so that the lane is known"));
            proxy.close();
            for (int i = 0; i < 1_600; i++) {
                Object payload = i;
                callers.add(Threads.startVirtual("caller", () -> {
                    try {
                        fleet.tasks().enqueue(NewTask.of("work", payload));
                    } catch (RuntimeException e) {
                        failures.add(e);
                    }
                }));
            }
            callers.forEach(caller -> assertThat(Threads.join(caller, BOUND)).isTrue());
        } finally {
            proxy.close();
        }
        assertThat(failures).hasSize(1_600);
        assertThat(Set.copyOf(failures)).as("failures, each of one batch").hasSizeLessThan(4);
    }

    private long held() {
        return stage.test()
                .database()
                .read(handle -> handle.createQuery("SELECT count(*) FROM pg_locks WHERE NOT granted AND database ="
                                + " (SELECT oid FROM pg_database WHERE datname = current_database())")
                        .mapTo(Long.class)
                        .one());
    }
}
