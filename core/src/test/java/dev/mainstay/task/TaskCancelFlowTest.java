package dev.mainstay.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A wish to end a task holds, and a time to live ends what has not begun: whatever comes first.
class TaskCancelFlowTest {
    private final TaskStage stage = new TaskStage();

    @AfterEach
    void drop() {
        stage.close();
    }

    private String cancel(UUID task) {
        return stage.value(
                "SELECT task_cancel(organization_id, id, 'no longer wanted') FROM tasks WHERE id = '" + task + "'");
    }

    private String outcomes(UUID task) {
        return stage.value(
                "SELECT string_agg(outcome, ',' ORDER BY fence) FROM task_attempts WHERE task_id = '" + task + "'");
    }

    @ParameterizedTest
    @CsvSource({"failed,failed", "timed out,timed out", "snoozed,snoozed", "released,released", "dead,failed"})
    void a_task_that_is_wanted_ended_is_not_tried_again_however_its_attempt_ends(String outcome, String kept) {
        UUID session = stage.session();
        UUID task = stage.enqueue("a");
        ClaimedTask claimed = stage.claim(session);
        assertThat(cancel(task)).isEqualTo("asked");
        stage.end(session, claimed, outcome, "its own reason", Duration.ofHours(1));
        assertThat(stage.column(task, "state")).isEqualTo("cancelled");
        assertThat(stage.column(task, "error")).isEqualTo("no longer wanted");
        assertThat(outcomes(task)).isEqualTo(kept);
        assertThat(stage.value("SELECT count(*) FROM task_delayed")).isEqualTo("0");
        assertThat(stage.value("SELECT count(*) FROM task_cancels")).isEqualTo("0");
        assertThat(stage.value("SELECT count(*) FROM dead_letters")).isEqualTo("0");
    }

    @Test
    void a_task_that_is_wanted_ended_ends_instead_of_waiting_and_takes_no_signal() {
        UUID session = stage.session();
        UUID task = stage.enqueue("a");
        ClaimedTask claimed = stage.claim(session);
        stage.execute("SELECT task_signal(organization_id, id, 'word', '1') FROM tasks");
        cancel(task);
        StepStore.Awaited awaited = new StepStore(stage.test().database())
                .await(
                        claimed,
                        0,
                        new StepStore.Wait("signal", "word", List.of(), 1, null),
                        stage.test().database().now());
        assertThat(awaited.isThere()).isFalse();
        assertThat(stage.column(task, "state")).isEqualTo("cancelled");
        assertThat(stage.column(task, "error")).isEqualTo("no longer wanted");
        assertThat(outcomes(task)).isEqualTo("cancelled");
        assertThat(stage.value("SELECT count(*) FROM task_waits")).isEqualTo("0");
        assertThat(stage.value("SELECT count(*) FROM task_steps")).isEqualTo("0");
    }

    /// A claim under way reads the task as open, and begins it all the same.
    @Test
    void a_claimable_task_that_was_ended_is_stopped_where_a_claim_under_way_has_begun_it() {
        UUID task = stage.enqueue("a");
        UUID session = stage.session();
        assertThat(cancel(task)).isEqualTo("ended");
        LaneStore lanes = new LaneStore(stage.test().database());
        assertThat(lanes.look(session, List.of("work"), List.of(), List.of()).isCancelAsked())
                .isTrue();
        assertThat(lanes.cancelled(session, List.of(task)))
                .containsExactly(new LaneStore.Cancel(task, "no longer wanted"));
        assertThat(lanes.cancelled(session, List.of())).isEmpty();
        stage.value("SELECT tasks_expire()");
        assertThat(stage.value("SELECT count(*) FROM task_cancels")).isEqualTo("1");
        stage.execute("UPDATE task_cancels SET asked_at = asked_at - interval '11 seconds'");
        stage.value("SELECT tasks_expire()");
        assertThat(stage.value("SELECT count(*) FROM task_cancels")).isEqualTo("0");
    }

    private void expire() {
        stage.execute("UPDATE task_expiries SET expires_at = now() - interval '1 second'");
        stage.value("SELECT tasks_expire()");
    }

    @Test
    void a_task_that_has_not_started_in_time_expires() {
        UUID task = stage.enqueue(NewTask.of("work", "a").expiringAfter(Duration.ofHours(1)));
        expire();
        assertThat(stage.column(task, "state")).isEqualTo("expired");
    }

    @Test
    void a_task_that_has_started_does_not_expire_between_its_attempts() {
        UUID session = stage.session();
        UUID task = stage.enqueue(NewTask.of("work", "a").expiringAfter(Duration.ofHours(1)));
        ClaimedTask first = stage.claim(session);
        stage.end(session, first, "failed", "not yet", Duration.ZERO);
        expire();
        assertThat(stage.column(task, "state")).isEqualTo("open");
        assertThat(stage.complete(session, stage.claim(session))).isTrue();
    }

    @Test
    void what_a_cancelled_task_needed_keeps_no_trace_of_it() {
        UUID needed = stage.enqueue("a");
        UUID other = stage.enqueue("b");
        UUID task = stage.enqueue(NewTask.of("work", "c").after(needed, other));
        assertThat(stage.value("SELECT count(*) FROM task_needs")).isEqualTo("2");
        assertThat(cancel(task)).isEqualTo("ended");
        assertThat(stage.value("SELECT count(*) FROM task_needs")).isEqualTo("0");
        assertThat(stage.column(needed, "organization_id")).isEqualTo(Organizations.DEFAULT.toString());
    }
}
