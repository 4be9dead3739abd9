package dev.mainstay.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// Steps and waits of workers outside.
class OutsideStepsFlowTest {
    private static final OutsideFixture outside = new OutsideFixture();
    private static final OutsideAttempts attempts = outside.attempts;

    @AfterAll
    static void close() {
        outside.close();
    }

    private static OutsideLease begin(String type) {
        outside.enqueue(type);
        return OutsideFixture.lease(outside.claim(type));
    }

    private static void signal(UUID task, String name, String json) {
        outside.value("SELECT task_signal('" + OutsideFixture.MINE + "', '" + task + "', '" + name + "', '" + json
                + "'::jsonb)");
    }

    private static void assertRefused(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        MainstayException.class,
                        failure -> assertThat(failure.code()).isEqualTo(code));
    }

    @Test
    void a_step_is_kept_once_and_read_at_the_next_claim() {
        OutsideLease lease = begin("stepping");
        StoredStep charged = new StoredStep(0, "charge", "step", false, "{\"receipt\": 7}");

        assertThat(attempts.step(lease, 0, "charge", Map.of("receipt", 7)))
                .isEqualTo(new OutsideStep.Done(true, charged));
        assertThat(attempts.step(lease, 0, "charge", Map.of("receipt", 8)))
                .as("the first result stands")
                .isEqualTo(new OutsideStep.Done(false, charged));
        attempts.step(lease, 1, "ship", null);
        attempts.release(lease);

        assertThat(outside.claim("stepping").steps())
                .containsExactly(charged, new StoredStep(1, "ship", "step", false, null));
    }

    @Test
    void a_step_that_does_not_fit_those_before_is_refused_and_changes_nothing() {
        OutsideLease lease = begin("changing");
        attempts.step(lease, 0, "charge", 1);

        assertRefused(ErrorCode.STEP_CONFLICT, () -> attempts.step(lease, 0, "bill", 1));
        assertRefused(ErrorCode.STEP_CONFLICT, () -> attempts.sleep(lease, 0, "charge", Duration.ofMinutes(1)));
        assertRefused(ErrorCode.STEP_CONFLICT, () -> attempts.await(lease, 0, "charge", false, null));
        assertRefused(ErrorCode.STEP_CONFLICT, () -> attempts.step(lease, 2, "ship", 1));
        attempts.release(lease);
        assertThat(outside.claim("changing").steps()).hasSize(1);
    }

    @Test
    void a_sleep_ends_the_attempt_and_is_over_once_its_time_has_come() {
        OutsideLease lease = begin("sleeping");

        assertThat(attempts.sleep(lease, 0, "nap", Duration.ofHours(1))).isEqualTo(new OutsideStep.Waiting("snoozed"));
        assertThat(outside.claim("sleeping", 1)).isEmpty();

        outside.execute("UPDATE task_delayed SET run_at = clock_timestamp() WHERE task_id = '" + lease.task() + "'");
        outside.upkeep.round();
        OutsideTask early = outside.claim("sleeping");
        assertThat(early.steps())
                .as("its time has not come by what the step says")
                .isEmpty();
        assertThat(attempts.sleep(OutsideFixture.lease(early), 0, "nap", Duration.ofDays(9)))
                .isInstanceOf(OutsideStep.Waiting.class);

        outside.execute(
                "UPDATE task_steps SET result = to_jsonb(clock_timestamp()) WHERE task_id = '" + lease.task() + "'");
        outside.execute("UPDATE task_delayed SET run_at = clock_timestamp() WHERE task_id = '" + lease.task() + "'");
        outside.upkeep.round();
        OutsideTask late = outside.claim("sleeping");
        assertThat(late.steps()).extracting(StoredStep::name, StoredStep::kind).containsExactly(tuple("nap", "sleep"));
        assertThat(attempts.sleep(OutsideFixture.lease(late), 0, "nap", Duration.ofDays(9)))
                .isInstanceOf(OutsideStep.Done.class);
    }

    private static String retried(OutsideLease lease) {
        return outside.value("SELECT task_retry(organization_id, id) FROM tasks WHERE id = '" + lease.task() + "'");
    }

    private static String waitsFor(OutsideLease lease) {
        return outside.value("SELECT cause FROM task_delayed WHERE task_id = '" + lease.task() + "'");
    }

    @Test
    void a_sleep_is_not_cut_short_but_a_snooze_after_it_is() {
        OutsideLease lease = begin("dozing");
        attempts.sleep(lease, 0, "nap", Duration.ofHours(1));

        assertThat(waitsFor(lease)).isEqualTo("sleep");
        assertThat(retried(lease)).isEqualTo("open");
        assertThat(outside.claim("dozing", 1)).isEmpty();

        outside.execute(
                "UPDATE task_steps SET result = to_jsonb(clock_timestamp()) WHERE task_id = '" + lease.task() + "'");
        outside.execute("UPDATE task_delayed SET run_at = clock_timestamp() WHERE task_id = '" + lease.task() + "'");
        outside.upkeep.round();
        OutsideLease awake = OutsideFixture.lease(outside.claim("dozing"));
        attempts.snooze(awake, Duration.ofHours(1));

        assertThat(waitsFor(awake)).isEqualTo("snooze");
        assertThat(retried(awake)).isEqualTo("sooner");
        assertThat(outside.claim("dozing", 1)).hasSize(1);
    }

    @Test
    void a_signal_that_was_sent_before_is_there_at_once() {
        OutsideLease lease = begin("told");
        signal(lease.task(), "word", "\"go\"");

        assertThat(attempts.await(lease, 0, "word", false, null))
                .isEqualTo(new OutsideStep.Done(true, new StoredStep(0, "word", "signal", false, "\"go\"")));
        assertThat(attempts.await(lease, 0, "word", false, null))
                .as("the same call again")
                .isEqualTo(new OutsideStep.Done(false, new StoredStep(0, "word", "signal", false, "\"go\"")));
        attempts.release(lease);
    }

    @Test
    void a_task_waits_for_its_signal_without_a_worker() {
        OutsideLease lease = begin("listening");

        assertThat(attempts.await(lease, 0, "word", false, null)).isEqualTo(new OutsideStep.Waiting("awaiting"));
        assertThat(outside.claim("listening", 1)).isEmpty();
        assertThat(outside.value("SELECT count(*) FROM task_claims WHERE lease_token = '" + lease.token() + "'"))
                .isEqualTo("0");
        signal(lease.task(), "word", "{\"by\": \"hand\"}");

        assertThat(outside.claim("listening").steps())
                .containsExactly(new StoredStep(0, "word", "signal", false, "{\"by\": \"hand\"}"));
    }

    @Test
    void an_approval_that_does_not_come_in_time_is_told_so() {
        OutsideLease lease = begin("asking");
        attempts.await(lease, 0, "large order", true, Duration.ofHours(1));
        outside.execute("UPDATE task_waits SET deadline_at = clock_timestamp() WHERE task_id = '" + lease.task() + "'");
        outside.upkeep.round();

        assertThat(outside.claim("asking").steps())
                .containsExactly(new StoredStep(0, "large order", "approval", true, null));
    }

    @Test
    void a_parent_goes_on_once_its_children_have_ended() {
        OutsideLease parent = begin("parent");
        UUID child = outside.enqueue(NewTask.of("child", 1).childOf(parent.task()));
        UUID stranger = outside.enqueue("stranger");
        assertRefused(
                ErrorCode.TASK_LINK, () -> attempts.awaitChildren(parent, 0, "fan in", List.of(child, stranger), true));

        assertThat(attempts.awaitChildren(parent, 0, "fan in", List.of(child, child), true))
                .isEqualTo(new OutsideStep.Waiting("awaiting"));
        outside.complete(outside.claim("child"), 42);

        assertThat(outside.claim("parent").steps())
                .singleElement()
                .extracting(StoredStep::result)
                .asString()
                .contains("\"result\": 42");
    }
}
