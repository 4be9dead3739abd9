package dev.mainstay.task;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class StepsFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final TestDatabase test = TestDatabase.create();
    private static final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
    private static volatile boolean isChanged;
    private static final Fleet fleet = fleet();

    record Receipt(String number, int amount) {}

    private static int count(String what) {
        return counts.computeIfAbsent(what, name -> new AtomicInteger()).incrementAndGet();
    }

    private static int counted(String what) {
        return counts.containsKey(what) ? counts.get(what).get() : 0;
    }

    private static Fleet fleet() {
        RetryPolicy quick = new RetryPolicy(5, Duration.ofMillis(10), Duration.ofMillis(20), 0);
        return Fleet.builder()
                .database(test.database())
                .node("steps")
                .worker(TaskType.of("order", String.class).retry(quick), StepsFlowTest::order)
                .worker(TaskType.of("sleeper", String.class), (name, context) -> {
                    context.step("before", () -> count(name + " before"));
                    context.sleep("nap", Duration.ofMillis(300));
                    return Outcome.completed(count(name + " after"));
                })
                .worker(TaskType.of("waiter", String.class), (name, context) -> {
                    String said = context.await("word", String.class);
                    Optional<String> second = context.await("never", String.class, Duration.ofMillis(100));
                    return Outcome.completed(said + (second.isEmpty() ? " and nothing more" : ""));
                })
                .worker(TaskType.of("refund", String.class), (name, context) -> {
                    Steps.Approval decision = context.approval("refund");
                    return decision.approved()
                            ? Outcome.completed(decision.actor())
                            : Outcome.discarded(decision.reason());
                })
                .worker(TaskType.of("parent", Integer.class), (size, context) -> {
                    List<UUID> children = context.enqueue(
                            "fan out",
                            IntStream.range(0, size)
                                    .mapToObj(i -> NewTask.of("child", i))
                                    .toList());
                    return Outcome.completed(context.awaitAll("fan in", children).stream()
                            .filter(Steps.Child::isCompleted)
                            .mapToInt(child -> requireNonNull(child.result()).asInt())
                            .sum());
                })
                .worker(TaskType.of("bare", String.class), (name, context) -> {
                    context.await("go", JsonNode.class);
                    return Outcome.completed(context.await("amount", Integer.class));
                })
                .worker(
                        TaskType.of("child", Integer.class),
                        (value, context) -> value == 13 ? Outcome.discarded("unlucky") : Outcome.completed(value * 10))
                .worker(TaskType.of("swallower", String.class), (name, context) -> {
                    try {
                        context.sleep("nap", Duration.ofMillis(100));
                    } catch (Throwable e) {
                        count(name + " swallowed");
                    }
                    return Outcome.completed(count(name + " ran"));
                })
                .worker(TaskType.of("changing", String.class).retry(quick), (name, context) -> {
                    context.step(isChanged ? "new name" : "old name", () -> count(name));
                    isChanged = true;
                    throw new IllegalStateException("fails once its step is stored");
                })
                .start();
    }

    private static Outcome order(String name, TaskContext context) throws Exception {
        Receipt receipt = context.step("charge", Receipt.class, () -> new Receipt("R-" + count(name + " charge"), 5));
        context.step("ship", () -> {
            if (count(name + " ship") < 3) {
                throw new IllegalStateException("no ship yet");
            }
        });
        return Outcome.completed(receipt);
    }

    @AfterAll
    static void close() {
        fleet.close();
        test.close();
    }

    private static UUID enqueue(String type, Object payload) {
        return fleet.tasks().enqueue(NewTask.of(type, payload)).id();
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

    private static void awaitWaiting(UUID task) {
        Eventually.holds(
                "task waits",
                BOUND,
                () -> test.database()
                                .read(handle -> handle.createQuery(
                                                "SELECT count(*) FROM task_waits WHERE task_id = :task")
                                        .bind("task", task)
                                        .mapTo(Integer.class)
                                        .one())
                        == 1);
    }

    @Test
    void a_step_that_is_done_is_not_done_again_by_the_next_attempt() {
        UUID task = enqueue("order", "a");
        awaitState(task, "completed");
        assertThat(counted("a charge")).isEqualTo(1);
        assertThat(counted("a ship")).isEqualTo(3);
        assertThat(column(task, "result")).contains("R-1");
    }

    @Test
    void a_sleeping_task_holds_no_place_and_goes_on_behind_its_steps() {
        UUID task = enqueue("sleeper", "s");
        awaitState(task, "completed");
        assertThat(counted("s before")).isEqualTo(1);
        assertThat(counted("s after")).isEqualTo(1);
        assertThat(column(task, "(ended_at >= created_at + interval '300 ms')")).isEqualTo("true");
    }

    @Test
    void a_signal_wakes_who_waits_for_it_and_a_wait_can_be_too_long() {
        UUID task = enqueue("waiter", "");
        awaitWaiting(task);
        assertThat(fleet.tasks().signal(task, "word", "hello")).isEqualTo(Signalled.TAKEN);
        awaitState(task, "completed");
        assertThat(column(task, "result")).isEqualTo("\"hello and nothing more\"");
        assertThat(fleet.tasks().signal(task, "word", "late")).isEqualTo(Signalled.OVER);
        assertThat(fleet.tasks().signal(UUID.randomUUID(), "word", "")).isEqualTo(Signalled.UNKNOWN);
    }

    @Test
    void a_signal_that_comes_before_anybody_waits_is_kept() {
        UUID task = fleet.tasks()
                .enqueue(NewTask.of("waiter", "").in(Duration.ofSeconds(3)))
                .id();
        assertThat(fleet.tasks().signal(task, "word", "early")).isEqualTo(Signalled.KEPT);
        awaitState(task, "completed");
        assertThat(column(task, "result")).contains("early");
    }

    @Test
    void a_person_approves_or_refuses() {
        UUID approved = enqueue("refund", "");
        UUID refused = enqueue("refund", "");
        awaitWaiting(approved);
        awaitWaiting(refused);
        fleet.tasks().decide(approved, "refund", new Steps.Approval(true, "ada", "fine"));
        fleet.tasks().decide(refused, "refund", new Steps.Approval(false, "ada", "too much"));
        awaitState(approved, "completed");
        awaitState(refused, "dead");
        assertThat(column(approved, "result")).isEqualTo("\"ada\"");
        assertThat(column(refused, "error")).isEqualTo("too much");
    }

    @Test
    void a_signal_is_no_approval_of_the_same_name() {
        UUID early = fleet.tasks()
                .enqueue(NewTask.of("refund", "").in(Duration.ofSeconds(1)))
                .id();
        UUID waiting = enqueue("refund", "");
        awaitWaiting(waiting);
        Steps.Approval forged = new Steps.Approval(true, "ada", "forged");
        assertThat(fleet.tasks().signal(waiting, "refund", forged)).isEqualTo(Signalled.KEPT);
        assertThat(fleet.tasks().signal(early, "refund", forged)).isEqualTo(Signalled.KEPT);
        awaitWaiting(early);
        for (UUID task : List.of(early, waiting)) {
            assertThat(fleet.tasks().decide(task, "refund", new Steps.Approval(true, "bob", "fine")))
                    .isEqualTo(Signalled.TAKEN);
            awaitState(task, "completed");
            assertThat(column(task, "result")).isEqualTo("\"bob\"");
        }
    }

    @Test
    void a_signal_without_a_value_goes_to_who_needs_none_and_others_say_so() {
        UUID task = enqueue("bare", "");
        awaitWaiting(task);
        sendWithoutValue(task, "go");
        Eventually.holds(
                "it waits for the other",
                BOUND,
                () -> column(task, "state").equals("open") && waitsFor(task).equals("amount"));
        sendWithoutValue(task, "amount");
        awaitState(task, "dead");
        assertThat(column(task, "error"))
                .contains("the signal 'amount' came without a value")
                .contains("fork it behind its first 1 steps");
        UUID fork = fleet.tasks().fork(task, 1, null).orElseThrow();
        fleet.tasks().signal(fork, "amount", 7);
        awaitState(fork, "completed");
        assertThat(column(fork, "result")).isEqualTo("7");
    }

    private static void sendWithoutValue(UUID task, String name) {
        test.database()
                .write(handle -> handle.createQuery(
                                "SELECT task_signal(organization_id, id, :name, NULL) FROM tasks WHERE id = :id")
                        .bind("id", task)
                        .bind("name", name)
                        .mapTo(String.class)
                        .one());
    }

    private static String waitsFor(UUID task) {
        return test.database()
                .read(handle -> handle.createQuery("SELECT name FROM task_waits WHERE task_id = :id")
                        .bind("id", task)
                        .mapTo(String.class)
                        .findOne()
                        .orElse("nothing"));
    }

    @Test
    void a_parent_waits_for_its_children_and_gets_their_results() {
        UUID task = enqueue("parent", 20);
        awaitState(task, "completed");
        assertThat(column(task, "result")).isEqualTo(String.valueOf((190 - 13) * 10));
    }

    @Test
    void a_handler_that_swallows_its_suspension_is_suspended_all_the_same() {
        UUID task = enqueue("swallower", "w");
        awaitState(task, "completed");
        assertThat(counted("w swallowed")).isEqualTo(1);
        assertThat(column(task, "result")).isEqualTo("2");
    }

    @Test
    void steps_that_changed_since_they_ran_are_said_and_never_misread() {
        UUID task = enqueue("changing", "c");
        awaitState(task, "dead");
        assertThat(column(task, "error"))
                .contains("number 1 was the step 'old name'")
                .contains("is now the step 'new name'");
        assertThat(counted("c")).isEqualTo(1);
    }

    @Test
    void a_fork_begins_behind_the_steps_it_keeps() {
        UUID origin = enqueue("order", "f");
        awaitState(origin, "completed");
        UUID fork = fleet.tasks().fork(origin, 1, "f").orElseThrow();
        awaitState(fork, "completed");
        assertThat(column(fork, "result")).isEqualTo(column(origin, "result"));
        assertThat(counted("f charge")).isEqualTo(1);
        assertThat(counted("f ship")).isEqualTo(4);
        assertThat(fleet.tasks().fork(UUID.randomUUID(), 1, null)).isEmpty();
    }

    @Test
    void a_fork_from_between_the_enqueueing_of_children_and_the_wait_gets_their_results() {
        UUID origin = enqueue("parent", 3);
        awaitState(origin, "completed");
        UUID fork = fleet.tasks().fork(origin, 1, null).orElseThrow();
        UUID forkOfFork = fleet.tasks().fork(fork, 1, null).orElseThrow();
        for (UUID task : List.of(fork, forkOfFork)) {
            awaitState(task, "completed");
            assertThat(column(task, "result")).isEqualTo("30");
        }
    }
}
