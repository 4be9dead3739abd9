package dev.mainstay.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A dead letter that is redriven is what it was: in its line, with its key, its parent's child.
class TaskRedriveFlowTest {
    private final TaskStage stage = new TaskStage();
    private final UUID session = stage.session();

    @AfterEach
    void drop() {
        stage.close();
    }

    private UUID die(UUID task) {
        ClaimedTask claimed = stage.claim(session);
        assertThat(claimed.id()).isEqualTo(task);
        stage.end(session, claimed, "dead", "hopeless", Duration.ZERO);
        assertThat(stage.column(task, "state")).isEqualTo("dead");
        return task;
    }

    private UUID complete() {
        ClaimedTask claimed = stage.claim(session);
        assertThat(stage.complete(session, claimed)).isTrue();
        return claimed.id();
    }

    private Retried redrive(UUID task) {
        return stage.test().database().write(handle -> TaskCommands.redrive(handle, Organizations.DEFAULT, task, null));
    }

    private String claimable() {
        return stage.value("SELECT count(*) FROM task_ready");
    }

    @Test
    void it_stands_at_the_end_of_the_line_of_its_ordering_key() {
        UUID first = stage.enqueue(NewTask.of("work", 1).ordered("k"));
        UUID second = stage.enqueue(NewTask.of("work", 2).ordered("k"));
        UUID third = stage.enqueue(NewTask.of("work", 3).ordered("k"));
        die(first);
        assertThat(redrive(first)).isEqualTo(Retried.REDRIVEN);
        assertThat(claimable()).isEqualTo("1");
        assertThat(List.of(complete(), complete(), complete())).containsExactly(second, third, first);
        assertThat(stage.value("SELECT count(*) FROM task_orders")).isEqualTo("0");
    }

    @Test
    void it_is_the_head_of_a_line_that_is_empty_and_others_wait_behind_it() {
        UUID first = die(stage.enqueue(NewTask.of("work", 1).ordered("k")));
        assertThat(redrive(first)).isEqualTo(Retried.REDRIVEN);
        UUID second = stage.enqueue(NewTask.of("work", 2).ordered("k"));
        assertThat(claimable()).isEqualTo("1");
        assertThat(List.of(complete(), complete())).containsExactly(first, second);
    }

    @Test
    void it_has_its_unique_key_again_unless_another_one_has_it_by_now() {
        UUID first = die(stage.enqueue(NewTask.of("work", 1).unique("k")));
        UUID second = stage.enqueue(NewTask.of("work", 2).unique("k"));
        assertThat(second).isNotEqualTo(first);
        assertThat(redrive(first)).isEqualTo(Retried.HELD);
        assertThat(stage.column(first, "state")).isEqualTo("dead");
        assertThat(complete()).isEqualTo(second);
        assertThat(redrive(first)).isEqualTo(Retried.REDRIVEN);
        assertThat(stage.enqueue(NewTask.of("work", 3).unique("k")))
                .as("an open task has the key")
                .isEqualTo(first);
        assertThat(complete()).isEqualTo(first);
        assertThat(stage.enqueue(NewTask.of("work", 4).unique("k"))).isNotEqualTo(first);
    }

    @Test
    void a_key_that_is_kept_after_the_end_is_kept_for_a_redriven_task_too() {
        UUID task = die(stage.enqueue(NewTask.of("work", 1).unique("k", Duration.ofHours(1))));
        assertThat(redrive(task)).isEqualTo(Retried.REDRIVEN);
        assertThat(complete()).isEqualTo(task);
        assertThat(stage.enqueue(NewTask.of("work", 2).unique("k", Duration.ofHours(1))))
                .isEqualTo(task);
    }

    @Test
    void it_counts_again_among_the_children_its_parent_waits_for() {
        UUID parent = stage.enqueue("parent");
        ClaimedTask claimed = stage.claim(session);
        UUID unlucky = stage.enqueue(NewTask.of("work", 1).childOf(parent));
        UUID other = stage.enqueue(NewTask.of("work", 2).childOf(parent));
        StepStore.Wait wait = new StepStore.Wait("children", "all", List.of(unlucky, other), 2, null);
        assertThat(new StepStore(stage.test().database())
                        .await(claimed, 0, wait, stage.test().database().now())
                        .isThere())
                .isFalse();
        die(unlucky);
        assertThat(redrive(unlucky)).isEqualTo(Retried.REDRIVEN);
        assertThat(complete()).isEqualTo(other);
        assertThat(stage.value("SELECT remaining FROM task_waits")).isEqualTo("1");
        assertThat(complete()).isEqualTo(unlucky);
        assertThat(stage.value("SELECT result ->> 0 FROM task_steps")).contains("\"completed\"");
        assertThat(complete()).isEqualTo(parent);
    }

    @Test
    void it_does_not_stand_behind_what_cannot_go_on_before_its_waiting_parent_has_ended() {
        UUID parent = stage.enqueue("parent");
        ClaimedTask claimed = stage.claim(session);
        UUID unlucky =
                stage.enqueue(NewTask.of("work", 1).childOf(parent).ordered("k").unique("u"));
        die(unlucky);
        UUID other = stage.enqueue(NewTask.of("work", 2).childOf(parent));
        UUID tail = stage.enqueue(NewTask.of("work", 3).after(parent).ordered("k"));
        StepStore.Wait wait = new StepStore.Wait("children", "all", List.of(unlucky, other), 2, null);
        new StepStore(stage.test().database())
                .await(claimed, 0, wait, stage.test().database().now());
        assertThat(redrive(unlucky)).isEqualTo(Retried.STUCK);
        assertThat(stage.column(unlucky, "state")).isEqualTo("dead");
        assertThat(stage.value("SELECT count(*) FROM task_keys WHERE NOT ended"))
                .as("it holds its unique key")
                .isEqualTo("0");
        assertThat(List.of(complete(), complete(), complete())).containsExactly(other, parent, tail);
        assertThat(redrive(unlucky)).isEqualTo(Retried.REDRIVEN);
    }

    @Test
    void only_a_dead_letter_is_redriven() {
        UUID task = stage.enqueue("a");
        assertThat(redrive(task)).isEqualTo(Retried.OPEN);
        complete();
        assertThat(redrive(task)).isEqualTo(Retried.OVER);
        assertThat(redrive(UUID.randomUUID())).isEqualTo(Retried.UNKNOWN);
    }
}
