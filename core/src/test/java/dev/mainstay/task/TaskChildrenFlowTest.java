package dev.mainstay.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.testing.Eventually;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Waiting for children ends when enough of them have; what could only be waited for for ever is refused.
class TaskChildrenFlowTest {
    private final TaskStage stage = new TaskStage();
    private final UUID session = stage.session();
    private final StepStore steps = new StepStore(stage.test().database());

    @AfterEach
    void drop() {
        stage.close();
    }

    private ClaimedTask begin(NewTask task) {
        UUID id = stage.enqueue(task);
        ClaimedTask claimed = stage.claim(session);
        assertThat(claimed.id()).isEqualTo(id);
        return claimed;
    }

    private NewTask childOf(ClaimedTask parent, Object payload) {
        return NewTask.of("work", payload).childOf(parent.id());
    }

    private boolean isThere(ClaimedTask parent, int enough, UUID... children) {
        StepStore.Wait wait = new StepStore.Wait("children", "wait", List.of(children), enough, null);
        return steps.await(parent, 0, wait, stage.test().database().now()).isThere();
    }

    private void assertRefused(ClaimedTask parent, int enough, String words, UUID... children) {
        assertThatThrownBy(() -> isThere(parent, enough, children))
                .isInstanceOfSatisfying(
                        MainstayException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.TASK_LINK))
                .hasMessageContaining(words);
        assertThat(stage.value("SELECT count(*) FROM task_waits")).isEqualTo("0");
        assertThat(stage.complete(session, parent)).as("it runs on").isTrue();
    }

    @Test
    void one_child_is_enough_where_any_will_do() {
        ClaimedTask parent = begin(NewTask.of("work", "parent"));
        UUID first = stage.enqueue(childOf(parent, 1));
        UUID second = stage.enqueue(childOf(parent, 2));
        assertThat(isThere(parent, 1, first, second)).isFalse();
        ClaimedTask child = stage.claim(session);
        assertThat(child.id()).isEqualTo(first);
        stage.complete(session, child);
        assertThat(stage.value("SELECT result -> 0 ->> 'state' || ',' || (result -> 1 ->> 'state') FROM task_steps"))
                .isEqualTo("completed,open");
        assertThat(stage.value("SELECT count(*) FROM task_ready")).isEqualTo("2");
    }

    @Test
    void the_end_of_a_child_that_came_before_the_wait_counts() {
        ClaimedTask parent = begin(NewTask.of("work", "parent"));
        UUID child = stage.enqueue(childOf(parent, 1));
        stage.complete(session, stage.claim(session));
        assertThat(isThere(parent, 1, child)).isTrue();
    }

    @Test
    void who_is_no_child_is_not_waited_for() {
        ClaimedTask parent = begin(NewTask.of("work", "parent"));
        UUID child = stage.enqueue(childOf(parent, 1));
        UUID stranger = stage.enqueue("stranger");
        assertRefused(parent, 2, "task " + stranger + " is no child of task " + parent.id(), child, stranger);
    }

    @Test
    void a_fork_is_told_which_child_of_its_origin_has_not_ended() {
        ClaimedTask origin = begin(NewTask.of("work", "origin"));
        UUID child = stage.enqueue(childOf(origin, 1).in(Duration.ofHours(1)));
        assertThat(stage.complete(session, origin)).isTrue();
        stage.execute("SELECT task_fork(organization_id, id, 0) FROM tasks WHERE id = '" + origin.id() + "'");
        ClaimedTask fork = stage.claim(session);
        assertRefused(fork, 1, "task " + child + " has not ended, and is a child of task " + origin.id(), child);
    }

    @Test
    void a_fork_that_needs_any_is_content_with_the_child_of_its_origin_that_has_ended() {
        ClaimedTask origin = begin(NewTask.of("work", "origin"));
        UUID first = stage.enqueue(childOf(origin, 1));
        assertThat(stage.complete(session, stage.claim(session))).isTrue();
        UUID later = stage.enqueue(childOf(origin, 2).in(Duration.ofHours(1)));
        assertThat(stage.complete(session, origin)).isTrue();
        stage.execute("SELECT task_fork(organization_id, id, 0) FROM tasks WHERE id = '" + origin.id() + "'");
        assertThat(isThere(stage.claim(session), 1, first, later)).isTrue();
    }

    @Test
    void a_child_that_needs_its_parent_is_not_waited_for() {
        ClaimedTask parent = begin(NewTask.of("work", "parent"));
        UUID child = stage.enqueue(childOf(parent, 1).after(parent.id()));
        assertRefused(parent, 1, "would wait for itself: its child " + child, child);
    }

    @Test
    void a_child_in_its_parents_line_is_not_waited_for() {
        ClaimedTask parent = begin(NewTask.of("work", "parent").ordered("k"));
        UUID child = stage.enqueue(childOf(parent, 1).ordered("k"));
        assertRefused(parent, 1, "would wait for itself: its child " + child, child);
    }

    @Test
    void a_child_that_stands_behind_one_that_needs_the_parent_is_not_waited_for() {
        ClaimedTask parent = begin(NewTask.of("work", "parent"));
        UUID between = stage.enqueue(NewTask.of("work", "between").after(parent.id()));
        UUID child = stage.enqueue(childOf(parent, 1).after(between));
        assertRefused(parent, 1, "would wait for itself: its child " + child, child);
    }

    @Test
    void a_child_does_not_wait_for_a_grandchild_that_needs_the_waiting_parent() {
        ClaimedTask parent = begin(NewTask.of("work", "parent"));
        ClaimedTask child = begin(childOf(parent, 1));
        assertThat(isThere(parent, 1, child.id())).isFalse();
        UUID grandchild = stage.enqueue(childOf(child, 2).after(parent.id()));
        assertThatThrownBy(() -> isThere(child, 1, grandchild))
                .hasMessageContaining("would wait for itself: its child " + grandchild);
    }

    @Test
    void a_child_behind_its_parent_does_no_harm_where_another_one_is_enough() {
        ClaimedTask parent = begin(NewTask.of("work", "parent"));
        UUID stuck = stage.enqueue(childOf(parent, 1).after(parent.id()));
        UUID free = stage.enqueue(childOf(parent, 2));
        assertThat(isThere(parent, 1, stuck, free)).isFalse();
    }

    /// Neither sees that the other waits, unless it looks again when the other's transaction has ended.
    @Test
    void of_two_parents_that_begin_at_once_to_wait_for_what_stands_behind_the_other_one_is_refused() throws Exception {
        ClaimedTask first = begin(NewTask.of("work", "first"));
        ClaimedTask second = begin(NewTask.of("work", "second"));
        UUID behindSecond = stage.enqueue(childOf(first, 1).after(second.id()));
        UUID behindFirst = stage.enqueue(childOf(second, 2).after(first.id()));
        assertLaterIsRefused(first, behindSecond, second, behindFirst);
    }

    @Test
    void a_child_that_begins_to_wait_for_what_stands_behind_its_parent_as_that_begins_to_wait_is_refused()
            throws Exception {
        ClaimedTask parent = begin(NewTask.of("work", "parent"));
        ClaimedTask child = begin(childOf(parent, "child"));
        UUID grandchild = stage.enqueue(childOf(child, 2).after(parent.id()));
        assertLaterIsRefused(parent, child.id(), child, grandchild);
    }

    @Test
    void a_parent_that_begins_to_wait_for_a_child_as_that_begins_to_wait_for_what_stands_behind_it_is_refused()
            throws Exception {
        ClaimedTask parent = begin(NewTask.of("work", "parent"));
        ClaimedTask child = begin(childOf(parent, "child"));
        UUID grandchild = stage.enqueue(childOf(child, 2).after(parent.id()));
        assertLaterIsRefused(child, grandchild, parent, child.id());
    }

    private void assertLaterIsRefused(ClaimedTask earlier, UUID awaited, ClaimedTask later, UUID alsoAwaited)
            throws Exception {
        try (Connection open = stage.test().superuser();
                Statement statement = open.createStatement()) {
            open.setAutoCommit(false);
            statement.execute("SET search_path = " + stage.test().database().schema());
            statement.execute("SELECT * FROM task_await('" + earlier.organization() + "', '"
                    + earlier.claim().token() + "', '" + earlier.id() + "', " + earlier.fence()
                    + ", 0, 'children', 'wait', ARRAY['" + awaited + "']::uuid[], 1, NULL, now())");
            CompletableFuture<Boolean> waits = new CompletableFuture<>();
            Thread thread = Threads.startPlatform("later", () -> {
                try {
                    waits.complete(isThere(later, 1, alsoAwaited));
                } catch (RuntimeException e) {
                    waits.completeExceptionally(e);
                }
            });
            Eventually.holds(
                    "the later one stands still",
                    Duration.ofSeconds(30),
                    () -> waits.isDone()
                            || !stage.value("SELECT count(*) FROM pg_locks WHERE NOT granted")
                                    .equals("0"));
            open.commit();
            assertThatThrownBy(waits::join).hasMessageContaining("would wait for itself: its child " + alsoAwaited);
            Threads.join(thread, Duration.ofSeconds(30));
        }
    }

    @Test
    void children_in_a_line_of_their_own_are_waited_for() {
        ClaimedTask parent = begin(NewTask.of("work", "parent").ordered("parents"));
        UUID first = stage.enqueue(childOf(parent, 1).ordered("children"));
        UUID second = stage.enqueue(childOf(parent, 2).ordered("children").after(first));
        assertThat(isThere(parent, 2, first, second)).isFalse();
    }
}
