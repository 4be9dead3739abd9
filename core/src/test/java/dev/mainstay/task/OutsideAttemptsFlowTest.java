package dev.mainstay.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.testing.Eventually;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a worker outside says about a task, and what of it counts.
class OutsideAttemptsFlowTest {
    private static final OutsideFixture outside = new OutsideFixture();
    private static final OutsideAttempts attempts = outside.attempts;
    private static final Duration LONGER = Duration.ofMinutes(10);
    private static final Duration BOUND = Duration.ofSeconds(20);

    /// Every call there is about a task.
    private static final Map<String, Consumer<OutsideLease>> CALLS = Map.of(
            "renew", lease -> attempts.renew(lease, LONGER),
            "progress", lease -> attempts.progress(lease, 0.5, "half", LONGER),
            "step", lease -> attempts.step(lease, 0, "charge", 1),
            "sleep", lease -> attempts.sleep(lease, 0, "nap", LONGER),
            "await", lease -> attempts.await(lease, 0, "word", false, null),
            "children", lease -> attempts.awaitChildren(lease, 0, "fan in", List.of(), true),
            "complete", lease -> attempts.complete(OutsideCompletion.of(lease, 1)),
            "fail", lease -> attempts.fail(lease, "broken", true, null),
            "snooze", lease -> attempts.snooze(lease, LONGER),
            "release", attempts::release);

    @AfterAll
    static void close() {
        outside.close();
    }

    /// Everything a call could have changed.
    private static String everything() {
        return outside.value("""
                SELECT (SELECT string_agg(tasks::text, ' ' ORDER BY id) FROM tasks)
                    || (SELECT count(*) FROM task_steps) || '/' || (SELECT count(*) FROM task_attempts)
                    || '/' || (SELECT count(*) FROM task_delayed) || '/' || (SELECT count(*) FROM task_waits)
                    || '/' || (SELECT count(*) FROM task_ready)
                    || coalesce((SELECT string_agg(task_claims::text, ' ' ORDER BY lease_token) FROM task_claims), '')
                """);
    }

    private static void assertLost(String call, OutsideLease lease) {
        Consumer<OutsideLease> called = CALLS.getOrDefault(call, any -> {});
        String before = everything();
        assertThatThrownBy(() -> called.accept(lease))
                .as(call)
                .isInstanceOfSatisfying(
                        MainstayException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.LEASE_LOST));
        assertThat(everything()).as(call).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "renew",
                "progress",
                "step",
                "sleep",
                "await",
                "children",
                "complete",
                "fail",
                "snooze",
                "release"
            })
    void a_call_without_the_lease_changes_nothing(String call) {
        String type = "lost-" + call;
        outside.enqueue(type);
        outside.enqueue(type);
        OutsideTask task = outside.claim(type);
        OutsideTask other = outside.claim(type);
        OutsideLease mine = OutsideFixture.lease(task);

        assertLost(call, new OutsideLease(mine.organization(), mine.task(), UUID.randomUUID(), mine.fence()));
        assertLost(call, new OutsideLease(mine.organization(), mine.task(), other.token(), mine.fence()));
        assertLost(call, new OutsideLease(mine.organization(), mine.task(), mine.token(), mine.fence() + 1));
        assertLost(call, new OutsideLease(mine.organization(), mine.task(), mine.token(), mine.fence() - 1));
        assertLost(call, new OutsideLease(new UUID(0, 2), mine.task(), mine.token(), mine.fence()));
        assertLost(call, new OutsideLease(mine.organization(), new UUID(7, 7), mine.token(), mine.fence()));
        outside.expire(task);
        assertLost(call, mine);
        outside.lose(task);
        OutsideTask again = outside.claim(type);
        assertLost(call, mine);
        CALLS.getOrDefault(call, any -> {}).accept(OutsideFixture.lease(again));
    }

    @Test
    void a_completion_is_kept_and_the_same_word_again_is_answered_so() {
        UUID id = outside.enqueue("once");
        OutsideTask task = outside.claim("once");

        assertThat(outside.complete(task, Map.of("sum", 1))).isEqualTo(new OutsideEnd("completed", null, false));
        assertThat(outside.complete(task, Map.of("sum", 1))).isEqualTo(new OutsideEnd("completed", null, true));
        assertThat(outside.column(id, "result")).isEqualTo("{\"sum\": 1}");
        assertThat(outside.column(id, "worker")).isEqualTo("worker");
        assertLost("complete", OutsideFixture.lease(task));
        assertThat(outside.value("SELECT count(*) FROM task_claims WHERE lease_token = '" + task.token() + "'"))
                .isEqualTo("0");
    }

    @Test
    void what_another_attempt_completed_is_not_answered_as_ones_own() {
        outside.enqueue("twice");
        OutsideTask late = outside.claim("twice");
        outside.lose(late);
        OutsideTask second = outside.claim("twice");
        assertThat(second.fence()).isGreaterThan(late.fence());
        outside.complete(second, 1);

        assertLost("complete", OutsideFixture.lease(late));
    }

    @Test
    void many_complete_in_one_call_each_by_itself() {
        for (int i = 0; i < 3; i++) {
            outside.enqueue("many");
        }
        List<OutsideTask> batch = outside.claim("many", 10);
        assertThat(batch.stream().map(OutsideTask::token).distinct()).hasSize(1);
        outside.attempts.fail(OutsideFixture.lease(batch.get(1)), "broken", false, null);

        assertThat(attempts.complete(
                        OutsideFixture.MINE,
                        batch.stream()
                                .map(task -> OutsideCompletion.of(OutsideFixture.lease(task), task.attempt()))
                                .toList()))
                .extracting(end -> end.map(OutsideEnd::outcome).orElse("lost"))
                .containsExactly("completed", "lost", "completed");
        assertThat(outside.column(batch.get(1).id(), "state")).isEqualTo("dead");
        assertThat(outside.value("SELECT count(*) FROM task_claims WHERE lease_token = '"
                        + batch.getFirst().token() + "'"))
                .isEqualTo("0");
    }

    @Test
    void a_renewal_holds_all_that_were_claimed_together_and_is_never_shortened() {
        outside.enqueue("renewed");
        outside.enqueue("renewed");
        List<OutsideTask> batch = outside.claim("renewed", 2);
        Instant before = outside.test.database().now();

        OutsideRenewal renewal = attempts.renew(OutsideFixture.lease(batch.getFirst()), LONGER);

        assertThat(renewal.until()).isBetween(before.plus(LONGER), before.plus(LONGER.plusSeconds(30)));
        assertThat(attempts.renew(OutsideFixture.lease(batch.getLast()), Duration.ofSeconds(1))
                        .until())
                .isEqualTo(renewal.until());
        outside.upkeep.round();
        assertThat(outside.complete(batch.getLast(), 1).outcome()).isEqualTo("completed");
    }

    @Test
    void progress_is_shown_and_renews_only_when_asked_to() {
        UUID id = outside.enqueue("progressing");
        OutsideTask task = outside.claim("progressing");
        Instant first = attempts.progress(OutsideFixture.lease(task), 0.25, "a quarter", null)
                .until();

        assertThat(attempts.progress(OutsideFixture.lease(task), 0.5, "half", LONGER)
                        .until())
                .isAfter(first.plusSeconds(60));
        assertThat(outside.column(id, "progress || ' ' || progress_message")).isEqualTo("0.5 half");
        for (double bad : new double[] {Double.NaN, -0.1, 1.1, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> attempts.progress(OutsideFixture.lease(task), bad, null, null))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void a_cancel_is_told_and_ends_the_task_however_its_attempt_ends() {
        UUID id = outside.enqueue("unwanted");
        OutsideTask task = outside.claim("unwanted");
        assertThat(outside.value("SELECT task_cancel('" + OutsideFixture.MINE + "', '" + id + "', 'not needed')"))
                .isEqualTo("asked");

        assertThat(attempts.renew(OutsideFixture.lease(task), LONGER).cancels())
                .containsExactly(new OutsideRenewal.Cancel(id, "not needed"));
        assertThat(attempts.progress(OutsideFixture.lease(task), 1, null, null).cancels())
                .hasSize(1);
        assertThat(attempts.sleep(OutsideFixture.lease(task), 0, "nap", LONGER))
                .isEqualTo(new OutsideStep.Ended(new OutsideEnd("cancelled", null, false)));
        assertThat(outside.column(id, "state || ' ' || error")).isEqualTo("cancelled not needed");
    }

    @Test
    void a_failure_is_tried_again_until_there_is_no_retry_left() {
        UUID id = outside.enqueue(NewTask.of("failing", 1).attempts(2));
        OutsideTask first = outside.claim("failing");
        OutsideEnd failed = attempts.fail(OutsideFixture.lease(first), "no luck", true, Duration.ZERO);
        assertThat(failed).isEqualTo(new OutsideEnd("failed", Duration.ZERO, false));

        OutsideTask second = outside.claim("failing");
        assertThat(second.attempt()).isEqualTo(2);
        assertThat(attempts.fail(OutsideFixture.lease(second), "no luck again", true, null)
                        .outcome())
                .isEqualTo("dead");
        assertThat(outside.column(id, "state || ': ' || error"))
                .isEqualTo("dead: failed 2 times, the last time: no luck again");
    }

    @Test
    void a_failure_without_a_delay_of_its_own_waits_by_the_policy() {
        UUID id = outside.enqueue("patient");

        Duration again = attempts.fail(OutsideFixture.lease(outside.claim("patient")), "no", true, null)
                .again();

        assertThat(again).isBetween(Duration.ofMillis(800), Duration.ofMillis(1200));
        assertThat(outside.value("SELECT cause FROM task_delayed WHERE task_id = '" + id + "'"))
                .isEqualTo("retry");
    }

    @Test
    void snoozed_and_released_are_no_failures() {
        UUID id = outside.enqueue("tired");
        attempts.release(OutsideFixture.lease(outside.claim("tired")));
        attempts.snooze(OutsideFixture.lease(outside.claim("tired")), LONGER);

        assertThat(outside.claim("tired", 1)).isEmpty();
        assertThat(outside.outcomes(id)).containsExactly("released", "snoozed");
        assertThat(outside.column(id, "attempts || '/' || crashes")).isEqualTo("0/0");
    }

    @Test
    void an_error_of_any_characters_is_kept() {
        UUID id = outside.enqueue("odd");

        attempts.fail(OutsideFixture.lease(outside.claim("odd")), "\u0000\ud800" + "x".repeat(5_000), false, null);

        assertThat(outside.column(id, "error")).startsWith("\ufffd\ufffdxxx").hasSize(4_000);
    }

    @Test
    void a_result_over_the_cap_is_refused_and_the_task_goes_on() {
        outside.enqueue("large");
        OutsideTask task = outside.claim("large");

        assertThatThrownBy(() -> outside.complete(task, "x".repeat(Payload.LARGEST)))
                .isInstanceOfSatisfying(
                        MainstayException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.PAYLOAD_TOO_LARGE));
        assertThat(outside.complete(task, 1).outcome()).isEqualTo("completed");
    }

    @Test
    void an_end_in_a_queue_with_limits_tells_of_room_and_of_nothing_claimable() {
        outside.execute("INSERT INTO task_limits (organization_id, queue, concurrency) VALUES ('" + OutsideFixture.MINE
                + "', 'roomy', 1)");
        outside.enqueue("roomy");
        OutsideTask task = outside.claim("roomy");
        awaitSignals();
        Set<String> told = ConcurrentHashMap.newKeySet();
        List<Runnable> silence = Stream.of(TaskTopics.ROOM, TaskTopics.CLAIMABLE)
                .map(topic -> outside.signals.on(topic, () -> told.add(topic)))
                .toList();

        outside.complete(task, 1);

        Eventually.holds("told of", BOUND, () -> !told.isEmpty());
        awaitSignals();
        silence.forEach(Runnable::run);
        assertThat(told).containsExactly(TaskTopics.ROOM);
    }

    /// Everything said until now was heard.
    private static void awaitSignals() {
        AtomicBoolean isHeard = new AtomicBoolean();
        Runnable silence = outside.signals.on("over", () -> isHeard.set(true));
        Eventually.holds("heard", BOUND, () -> {
            outside.signals.notify("over");
            return isHeard.get();
        });
        silence.run();
    }
}
