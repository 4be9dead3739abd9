package dev.mainstay.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.postgres.OrganizationDatabase;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// Finding tasks, seeing where they are, and reading one of them.
class TaskSearchFlowTest {
    private static final TestDatabase test = TestDatabase.create();
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final CountDownLatch released = new CountDownLatch(1);
    private static final Fleet fleet = Fleet.builder()
            .database(test.database())
            .node("search")
            .worker("quick", String.class, (text, context) -> {})
            .worker(
                    TaskType.of("broken", String.class).retry(RetryPolicy.NEVER),
                    (text, context) -> Outcome.discarded("broken " + text))
            .worker("waits", String.class, (text, context) -> {
                context.step("look", String.class, () -> "looked at " + text);
                context.await("paid", String.class);
            })
            .worker("runs", String.class, (text, context) -> {
                context.progress(0.5, "half of " + text);
                released.await();
            })
            .start();
    private static final OrganizationDatabase database = test.database().api(fleet.organization());
    private static final TaskSearch search = new TaskSearch(database, MonotonicClock.system());

    @AfterAll
    static void stop() {
        released.countDown();
        fleet.close();
        test.close();
    }

    private static UUID enqueue(NewTask task) {
        return fleet.tasks().enqueue(task).id();
    }

    private static List<UUID> ids(TaskFilter filter) {
        List<UUID> all = new ArrayList<>();
        UUID next = null;
        do {
            TaskPage page = search.page(filter, next, 100);
            page.items().forEach(task -> all.add(task.id()));
            next = page.next();
        } while (next != null);
        return all;
    }

    private static TaskFilter queue(String name) {
        return new TaskFilter(Set.of(), Set.of(), name, null, null, null, null, null, null, null);
    }

    private static TaskFilter text(String text) {
        return new TaskFilter(Set.of(), Set.of(), null, null, null, null, null, text, null, null);
    }

    private static @Nullable String place(UUID id) {
        return TaskQueries.find(database, id).orElseThrow().task().place();
    }

    private static void awaitPlace(UUID id, String wanted) {
        Eventually.holds("at " + wanted, BOUND, () -> wanted.equals(place(id)));
    }

    private static void awaitState(UUID id, String wanted) {
        Eventually.holds(
                "it",
                BOUND,
                () -> TaskQueries.find(database, id)
                        .orElseThrow()
                        .task()
                        .state()
                        .equals(wanted));
    }

    @Test
    void each_open_task_is_found_at_its_place_and_nowhere_else() {
        UUID unknown = enqueue(NewTask.of("nobody-knows-it", "x").inQueue("places"));
        UUID delayed = enqueue(NewTask.of("quick", "x").inQueue("places").in(Duration.ofHours(1)));
        UUID blocked = enqueue(NewTask.of("quick", "x").inQueue("places").after(delayed));
        UUID waiting = enqueue(NewTask.of("waits", "x").inQueue("places"));
        UUID running = enqueue(NewTask.of("runs", "x").inQueue("places"));
        fleet.tasks().pause("held-back", "a test");
        enqueue(NewTask.of("quick", "first makes the queue").inQueue("held-back"));
        fleet.tasks().pause("held-back", "a test");
        UUID ready = enqueue(NewTask.of("quick", "x").inQueue("held-back"));
        awaitPlace(waiting, "waiting");
        awaitPlace(running, "running");

        Map<TaskPlace, UUID> expected = Map.of(
                TaskPlace.NO_WORKER, unknown,
                TaskPlace.DELAYED, delayed,
                TaskPlace.BLOCKED, blocked,
                TaskPlace.WAITING, waiting,
                TaskPlace.RUNNING, running,
                TaskPlace.READY, ready);
        for (TaskPlace place : TaskPlace.values()) {
            List<UUID> found = ids(TaskFilter.ALL.withPlaces(place));
            expected.forEach((at, id) ->
                    assertThat(found.contains(id)).as("%s in %s", at, place).isEqualTo(at == place));
        }
        assertThat(ids(TaskFilter.ALL.withStates(TaskState.OPEN))).containsAll(expected.values());
        assertThat(ids(TaskFilter.ALL.withStates(TaskState.COMPLETED))).doesNotContainAnyElementsOf(expected.values());
    }

    @Test
    void pages_follow_each_other_without_gap_or_repetition() {
        List<NewTask> many = IntStream.range(0, 25)
                .mapToObj(i -> NewTask.of("nobody-pages", i).inQueue("pages"))
                .toList();
        List<UUID> enqueued = new ArrayList<>(
                fleet.tasks().enqueueAll(many).stream().map(Enqueued::id).toList());

        List<UUID> seen = new ArrayList<>();
        UUID next = null;
        int pages = 0;
        do {
            TaskPage page = search.page(queue("pages"), next, 10);
            page.items().forEach(task -> seen.add(task.id()));
            next = page.next();
            pages++;
        } while (next != null);

        assertThat(pages).isEqualTo(3);
        enqueued.sort(Comparator.comparing(UUID::toString).reversed());
        assertThat(seen).containsExactlyElementsOf(enqueued);
    }

    @Test
    void each_filter_finds_what_it_names_and_leaves_out_the_rest() {
        UUID parent = enqueue(NewTask.of("nobody-filters", "the parent").inQueue("filters"));
        UUID child = enqueue(NewTask.of("nobody-filters", Map.of("customer", "Grünwald & Söhne"))
                .inQueue("filters")
                .childOf(parent)
                .tagged("export", "nightly")
                .unique("Invoice-77")
                .priority(Priority.HIGH));

        TaskFilter all = TaskFilter.ALL;
        assertThat(ids(queue("filters"))).containsExactly(child, parent);
        assertThat(ids(queue("no-such-queue"))).isEmpty();
        assertThat(ids(all.withParent(parent))).containsExactly(child);
        assertThat(ids(new TaskFilter(
                        Set.of(), Set.of(), "filters", null, null, Priority.HIGH, null, null, null, null)))
                .containsExactly(child);
        assertThat(ids(new TaskFilter(Set.of(), Set.of(), null, null, "nightly", null, null, null, null, null)))
                .containsExactly(child);
        assertThat(ids(text("grünwald & s"))).containsExactly(child);
        assertThat(ids(text("invoice-77"))).containsExactly(child);
        assertThat(ids(text("xport"))).containsExactly(child);
        assertThat(ids(text(child.toString().substring(0, 30)))).contains(child);
        assertThat(ids(text("100% certainly nowhere_"))).isEmpty();
    }

    @Test
    void the_time_of_creation_bounds_a_search() {
        Instant before = test.database().now();
        UUID task = enqueue(NewTask.of("nobody-times", "x").inQueue("times"));

        assertThat(ids(within(before.minusSeconds(60), before.plusSeconds(60)))).containsExactly(task);
        assertThat(ids(within(before.plusSeconds(60), before.plusSeconds(90)))).isEmpty();
        assertThat(ids(within(before.minusSeconds(90), before.minusSeconds(60))))
                .isEmpty();
    }

    private static TaskFilter within(Instant from, Instant to) {
        return new TaskFilter(Set.of(), Set.of(), "times", null, null, null, null, null, from, to);
    }

    @Test
    void a_search_that_takes_long_gives_what_it_has_and_goes_on_from_there() {
        UUID sought = enqueue(NewTask.of("nobody-seeks", "needle in the hay"));
        fleet.tasks()
                .enqueueAll(IntStream.range(0, 2_500)
                        .mapToObj(i -> NewTask.of("nobody-seeks", "hay"))
                        .toList());
        long[] nanos = {0};
        TaskSearch impatient =
                new TaskSearch(database, () -> nanos[0] += Duration.ofSeconds(1).toNanos());

        TaskPage first = impatient.page(text("needle in"), null, 10);

        assertThat(first.items()).isEmpty();
        assertThat(first.next()).isNotNull();
        assertThat(first.searchedTo()).isNotNull();
        assertThat(impatient.page(text("needle in"), first.next(), 10).items())
                .extracting(TaskView::id)
                .containsExactly(sought);
    }

    @Test
    void a_dead_letter_tells_all_about_its_end() {
        UUID dead = enqueue(NewTask.of("broken", "glass").tagged("fragile"));
        awaitState(dead, "dead");

        TaskDetail detail = TaskQueries.find(database, dead).orElseThrow();

        assertThat(ids(TaskFilter.ALL.withStates(TaskState.DEAD))).contains(dead);
        assertThat(detail.deadLetter())
                .extracting(TaskDetail.DeadLetter::reason)
                .isEqualTo("broken glass");
        assertThat(detail.payload()).isEqualTo("\"glass\"");
        assertThat(detail.task().error()).isEqualTo("broken glass");
        assertThat(detail.history()).singleElement().satisfies(attempt -> {
            assertThat(attempt.outcome()).isEqualTo("dead");
            assertThat(attempt.worker()).isEqualTo("search");
        });
    }

    @Test
    void a_running_task_tells_its_progress_with_an_estimate_and_who_holds_it() {
        UUID running = enqueue(NewTask.of("runs", "the way"));
        Eventually.holds(
                "it",
                BOUND,
                () -> TaskQueries.find(database, running).orElseThrow().task().progress() != null);

        TaskDetail detail = TaskQueries.find(database, running).orElseThrow();

        TaskView.Progress progress = detail.task().progress();
        assertThat(progress)
                .extracting(TaskView.Progress::fraction, TaskView.Progress::message)
                .containsExactly(0.5, "half of the way");
        assertThat(Objects.requireNonNull(progress).eta())
                .isAfter(test.database().now().minusSeconds(1));
        assertThat(detail.lease()).extracting(TaskDetail.Lease::worker).isEqualTo("search");
        assertThat(detail.history())
                .singleElement()
                .satisfies(attempt -> assertThat(attempt.outcome()).isEqualTo("running"));
    }

    @Test
    void dependencies_are_told_from_both_sides_also_when_they_are_over() {
        UUID first = enqueue(NewTask.of("quick", "x").in(Duration.ofHours(1)));
        UUID second = enqueue(NewTask.of("quick", "x").after(first));

        assertThat(TaskQueries.find(database, first).orElseThrow().neededBy()).containsExactly(second);
        assertThat(TaskQueries.find(database, second).orElseThrow().needs()).containsExactly(first);
        fleet.tasks().cancel(first, "a test");
        assertThat(TaskQueries.find(database, second).orElseThrow().needs()).containsExactly(first);
    }

    @Test
    void the_timeline_tells_attempts_steps_and_waits_in_order_a_page_at_a_time() {
        UUID waiting = enqueue(NewTask.of("waits", "y"));
        awaitPlace(waiting, "waiting");

        List<TaskSpan> whole = spans(waiting, Optional.empty(), 10);
        assertThat(whole).extracting(TaskSpan::kind).containsExactly("attempt", "step", "signal");
        assertThat(whole).extracting(TaskSpan::outcome).containsExactly("awaiting", "completed", "waiting");
        assertThat(whole.get(1).result()).isEqualTo("\"looked at y\"");

        List<TaskSpan> first = spans(waiting, Optional.empty(), 2);
        List<TaskSpan> rest = spans(waiting, Optional.of(TaskTimeline.After.of(first.getLast())), 2);
        assertThat(first).isEqualTo(whole.subList(0, 2));
        assertThat(rest).isEqualTo(whole.subList(2, 3));
        Instant begin = whole.getFirst().startedAt();
        assertThat(TaskTimeline.page(database, waiting, Optional.empty(), Optional.of(begin), Optional.empty(), 10))
                .isEmpty();
    }

    private static List<TaskSpan> spans(UUID task, Optional<TaskTimeline.After> after, int limit) {
        return TaskTimeline.page(database, task, Optional.empty(), Optional.empty(), after, limit);
    }

    @Test
    void a_queue_counts_where_its_tasks_are_and_who_works_on_them() {
        UUID delayed = enqueue(NewTask.of("quick", "x").inQueue("counted").in(Duration.ofHours(1)));
        enqueue(NewTask.of("nobody-counts", "x").inQueue("counted"));
        enqueue(NewTask.of("quick", "x").inQueue("counted").after(delayed));
        fleet.tasks().limit("counted", QueueLimit.concurrency(3));

        QueueView queue = queueView("counted");

        assertThat(queue.delayed()).isEqualTo(1);
        assertThat(queue.blocked()).isEqualTo(1);
        assertThat(queue.noWorker()).isEqualTo(1);
        assertThat(queue.ready()).isZero();
        assertThat(queue.limits()).isEqualTo(new QueueView.Limits(3, null, "PT1S"));
        assertThat(queue.types())
                .containsExactly(
                        new QueueView.Type("nobody-counts", List.of()), new QueueView.Type("quick", List.of("search")));
    }

    @Test
    void throughput_counts_what_ended_within_the_last_minute() {
        fleet.tasks()
                .enqueueAll(IntStream.range(0, 30)
                        .mapToObj(i -> NewTask.of("quick", "x").inQueue("fast"))
                        .toList());
        Eventually.holds("it", BOUND, () -> queueView("fast").endedPerMinute() == 30);

        assertThat(queueView("fast").backlogEta()).isNull();
    }

    private static QueueView queueView(String name) {
        return QueueQueries.all(database).stream()
                .filter(queue -> queue.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void another_organization_finds_nothing() {
        UUID task = enqueue(NewTask.of("nobody-sees", "x"));
        OrganizationDatabase other = test.database().api(new UUID(0, 9));

        assertThat(TaskQueries.find(other, task)).isEmpty();
        assertThat(new TaskSearch(other, MonotonicClock.system())
                        .page(TaskFilter.ALL, null, 10)
                        .items())
                .isEmpty();
        assertThat(QueueQueries.all(other)).isEmpty();
    }
}
