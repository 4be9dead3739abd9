package dev.mainstay.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.testing.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Who waits for any of its children goes on when the first has ended, who waits for all when the last has.
class AnyChildFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private final OutsideFixture outside = new OutsideFixture();

    @AfterEach
    void drop() {
        outside.close();
    }

    private static List<UUID> children(TaskContext context) {
        return context.enqueue(
                "fan out",
                List.of(
                        NewTask.of("child", 1),
                        NewTask.of("child", 2).inQueue("late").in(Duration.ofHours(1))));
    }

    private static Outcome states(List<Steps.Child> children) {
        return Outcome.completed(children.stream().map(Steps.Child::state).collect(Collectors.joining(",")));
    }

    private void awaitState(UUID task, String state) {
        Eventually.holds("task becomes " + state, BOUND, () -> state.equals(outside.column(task, "state")));
    }

    private UUID child(UUID parent, String state) {
        String child = "SELECT id FROM tasks WHERE parent_id = '" + parent + "' AND state = '" + state + "'";
        Eventually.holds(
                "a child is " + state, BOUND, () -> !outside.value(child).equals("none"));
        return UUID.fromString(outside.value(child));
    }

    @Test
    void a_handler_that_waits_for_any_goes_on_with_the_first_and_one_that_waits_for_all_does_not() {
        try (Fleet fleet = Fleet.builder()
                .database(outside.test.database())
                .node("parents")
                .worker("child", Integer.class, (value, context) -> {})
                .worker(
                        TaskType.of("any", String.class),
                        (text, context) -> states(context.awaitAny("fan in", children(context))))
                .worker(
                        TaskType.of("all", String.class),
                        (text, context) -> states(context.awaitAll("fan in", children(context))))
                .start()) {
            UUID all = fleet.tasks().enqueue(NewTask.of("all", "")).id();
            child(all, "completed");
            UUID any = fleet.tasks().enqueue(NewTask.of("any", "")).id();

            awaitState(any, "completed");
            assertThat(outside.column(any, "result")).isEqualTo("\"completed,open\"");
            assertThat(outside.column(all, "state")).isEqualTo("open");

            assertThat(fleet.tasks().cancel(child(all, "open"), "not needed")).isEqualTo(Cancelled.ENDED);
            awaitState(all, "completed");
            assertThat(outside.column(all, "result")).isEqualTo("\"completed,cancelled\"");
        }
    }

    private OutsideLease waiting(String type, boolean isAll) {
        outside.enqueue(type);
        OutsideLease parent = OutsideFixture.lease(outside.claim(type));
        List<UUID> children = List.of(
                outside.enqueue(NewTask.of("of-" + type, 1).childOf(parent.task())),
                outside.enqueue(NewTask.of("of-" + type, 2).childOf(parent.task())));
        assertThat(outside.attempts.awaitChildren(parent, 0, "fan in", children, isAll))
                .isEqualTo(new OutsideStep.Waiting("awaiting"));
        return parent;
    }

    private String states(OutsideLease parent) {
        return outside.value("SELECT (result -> 0 ->> 'state') || ',' || (result -> 1 ->> 'state') FROM task_steps"
                + " WHERE task_id = '" + parent.task() + "'");
    }

    @Test
    void an_outside_worker_that_waits_for_any_goes_on_with_the_first() {
        OutsideLease parent = waiting("any", false);
        assertThat(outside.claim("any", 1)).isEmpty();

        outside.complete(outside.claim("of-any"), 1);

        assertThat(outside.claim("any", 1)).hasSize(1);
        assertThat(states(parent)).isEqualTo("completed,open");
    }

    @Test
    void an_outside_worker_that_waits_for_all_goes_on_with_the_last() {
        OutsideLease parent = waiting("all", true);

        outside.complete(outside.claim("of-all"), 1);
        assertThat(outside.claim("all", 1)).isEmpty();

        outside.complete(outside.claim("of-all"), 2);
        assertThat(outside.claim("all", 1)).hasSize(1);
        assertThat(states(parent)).isEqualTo("completed,completed");
    }
}
