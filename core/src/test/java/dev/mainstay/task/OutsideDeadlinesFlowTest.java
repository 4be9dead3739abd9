package dev.mainstay.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// Workers outside that renew for ever and never end.
class OutsideDeadlinesFlowTest {
    private static final OutsideFixture outside = new OutsideFixture();

    @AfterAll
    static void close() {
        outside.close();
    }

    private static void pass(OutsideTask task) {
        outside.execute("UPDATE task_claims SET deadline_at = clock_timestamp() - interval '1 millisecond'"
                + " WHERE lease_token = '" + task.token() + "'");
        outside.attempts.renew(OutsideFixture.lease(task), Duration.ofMinutes(5));
        outside.upkeep.round();
    }

    @Test
    void an_attempt_past_its_deadline_has_failed_whatever_was_renewed() {
        UUID id = outside.enqueue("hangs");
        Instant before = outside.test.database().now();
        OutsideTask task = outside.claim("hangs");
        assertThat(task.deadline()).isBetween(before.plus(OutsideAsk.DEADLINE), before.plus(Duration.ofMinutes(11)));
        outside.upkeep.round();
        assertThat(outside.outcomes(id)).isEmpty();

        pass(task);

        assertThat(outside.outcomes(id)).containsExactly("timed out");
        assertThat(outside.column(id, "attempts")).isEqualTo("1");
        assertThat(outside.column(id, "crashes")).isEqualTo("0");
        assertThat(outside.value("SELECT cause FROM task_delayed WHERE task_id = '" + id + "'"))
                .isEqualTo("retry");
        assertThatThrownBy(() -> outside.complete(task, "late"))
                .isInstanceOfSatisfying(
                        MainstayException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.LEASE_LOST));
        assertThat(outside.claims()).isEqualTo("0");
    }

    @Test
    void the_last_attempt_past_its_deadline_makes_a_dead_letter() {
        UUID id = outside.enqueue(NewTask.of("hangs-once", "x").attempts(1));

        pass(outside.claim("hangs-once"));

        assertThat(outside.column(id, "state")).isEqualTo("dead");
        assertThat(outside.column(id, "error")).contains("within its deadline");
    }
}
