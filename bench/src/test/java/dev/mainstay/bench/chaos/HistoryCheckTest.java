package dev.mainstay.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.bench.chaos.History.Acknowledged;
import dev.mainstay.bench.chaos.History.Attempt;
import dev.mainstay.bench.chaos.History.Effect;
import dev.mainstay.bench.chaos.History.Entry;
import dev.mainstay.bench.chaos.History.Step;
import dev.mainstay.bench.chaos.History.Struck;
import dev.mainstay.bench.chaos.History.Task;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// A history in which all is well, and what becomes of it when one row is falsified. One task was killed once and then
/// completed; two stand in a line; one has a step; one is a parent of three.
class HistoryCheckTest {
    private static final UUID KILLED = new UUID(0, 1);
    private static final UUID FIRST = new UUID(0, 2);
    private static final UUID SECOND = new UUID(0, 3);
    private static final UUID STEPPED = new UUID(0, 4);
    private static final UUID PARENT = new UUID(0, 5);
    private static final UUID NOBODY = new UUID(0, 99);

    private final List<Acknowledged> acknowledged = new ArrayList<>();
    private final Set<UUID> rolledBack = new HashSet<>(Set.of(NOBODY));
    private final List<Task> tasks = new ArrayList<>();
    private final List<Attempt> attempts = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    private final List<Entry> ledger = new ArrayList<>();
    private final List<Effect> effects = new ArrayList<>();
    private final List<Struck> strikes = new ArrayList<>();

    HistoryCheckTest() {
        completed(KILLED, Kind.EFFECT, 1, 90);
        start(KILLED, 1, 10);
        attempts.add(new Attempt(KILLED, 1, "crashed", "worker-1", 9, 30));
        start(KILLED, 2, 40);
        effects.add(new Effect(KILLED, 2));
        line(FIRST, 1, 50, 60);
        line(SECOND, 2, 61, 70);
        completed(STEPPED, Kind.STEPS, 1, 80);
        start(STEPPED, 1, 10);
        ledger.add(new Entry(STEPPED, 1, "worker-1", "step-0", 11));
        steps.add(new Step(STEPPED, "step-0", 1, 12));
        attempts.add(new Attempt(STEPPED, 1, "crashed", "worker-1", 9, 30));
        start(STEPPED, 2, 70);
        effects.add(new Effect(STEPPED, 2));
        completed(PARENT, Kind.PARENT, 0, 100);
        effects.add(new Effect(PARENT, 1));
        for (int number = 10; number < 13; number++) {
            child(new UUID(0, number));
        }
        strikes.add(new Struck(Strike.KILL, "worker-1", 20_000_000));
    }

    private void completed(UUID id, Kind kind, long fence, long endedAt) {
        acknowledged.add(new Acknowledged(id, kind, null));
        tasks.add(task(id, kind, "completed", fence, endedAt));
    }

    private static Task task(UUID id, Kind kind, String state, long fence, @Nullable Long endedAt) {
        return new Task(id, kind, state, fence, 0, null, null, endedAt, fence + 1, null, 0);
    }

    private void start(UUID id, long fence, long at) {
        ledger.add(new Entry(id, fence, "worker-1", LedgerPen.START, at));
    }

    private void line(UUID id, long number, long started, long ended) {
        acknowledged.add(new Acknowledged(id, Kind.ORDERED, null));
        tasks.add(new Task(id, Kind.ORDERED, "completed", 0, number, null, "key", ended, 1L, null, 0));
        start(id, 1, started);
        effects.add(new Effect(id, 1));
    }

    private void child(UUID id) {
        tasks.add(new Task(id, Kind.CHILD, "completed", 0, 0, PARENT, null, 90L, 1L, null, 0));
        effects.add(new Effect(id, 1));
    }

    private void replace(UUID id, Task otherwise) {
        tasks.replaceAll(task -> task.id().equals(id) ? otherwise : task);
    }

    private Map<Promise, List<String>> check() {
        return HistoryCheck.check(
                new History(acknowledged, rolledBack, tasks, attempts, steps, ledger, effects, strikes));
    }

    private void assertBroken(Promise... promises) {
        var broken = check();
        assertThat(broken.entrySet().stream()
                        .filter(entry -> !entry.getValue().isEmpty())
                        .map(Map.Entry::getKey))
                .as(HistoryCheck.describe(broken))
                .containsExactlyInAnyOrder(promises);
    }

    @Test
    void a_history_in_which_all_is_well_breaks_no_promise() {
        assertBroken();
    }

    @Test
    void an_acknowledged_task_that_is_not_there_is_lost() {
        acknowledged.add(new Acknowledged(new UUID(1, 1), Kind.PLAIN, null));
        assertBroken(Promise.NOTHING_LOST);
    }

    @Test
    void an_acknowledged_task_that_never_ended_is_lost() {
        UUID id = new UUID(1, 1);
        acknowledged.add(new Acknowledged(id, Kind.PLAIN, null));
        tasks.add(task(id, Kind.PLAIN, "open", 0, null));
        assertBroken(Promise.NOTHING_LOST);
    }

    @Test
    void a_task_that_was_rolled_back_and_ran_is_a_ghost() {
        start(NOBODY, 1, 10);
        assertBroken(Promise.NO_GHOSTS);
    }

    @Test
    void two_effects_of_the_same_attempt_are_double() {
        effects.add(new Effect(FIRST, 1));
        assertBroken(Promise.ONE_EFFECT);
    }

    @Test
    void an_effect_of_an_attempt_that_lost_its_lease_is_double_and_stale() {
        effects.add(new Effect(KILLED, 1));
        assertBroken(Promise.ONE_EFFECT, Promise.NO_STALE_WRITES);
    }

    @Test
    void a_completed_task_without_its_effect_is_half_done() {
        effects.removeIf(effect -> effect.task().equals(FIRST));
        assertBroken(Promise.NOTHING_HALF_DONE);
    }

    @Test
    void an_effect_of_a_task_that_died_is_half_done() {
        replace(KILLED, task(KILLED, Kind.EFFECT, "dead", 1, 90L));
        assertBroken(Promise.NOTHING_HALF_DONE);
    }

    @Test
    void the_result_of_an_attempt_that_lost_its_lease_is_stale() {
        replace(KILLED, new Task(KILLED, Kind.EFFECT, "completed", 1, 0, null, null, 90L, 1L, null, 0));
        assertBroken(Promise.NO_STALE_WRITES);
    }

    @Test
    void a_step_stored_after_its_attempt_lost_the_lease_is_stale() {
        steps.set(0, new Step(STEPPED, "step-0", 1, 31));
        assertBroken(Promise.NO_STALE_WRITES);
    }

    @Test
    void a_second_attempt_without_a_recorded_end_of_the_first_is_unexplained() {
        attempts.removeIf(attempt -> attempt.task().equals(KILLED));
        assertBroken(Promise.DUPLICATES_EXPLAINED);
    }

    @Test
    void a_second_attempt_before_the_recorded_end_of_the_first_is_unexplained() {
        attempts.replaceAll(attempt ->
                attempt.task().equals(KILLED) ? new Attempt(KILLED, 1, "crashed", "worker-1", 9, 41) : attempt);
        assertBroken(Promise.DUPLICATES_EXPLAINED);
    }

    @Test
    void an_attempt_that_starts_twice_is_unexplained() {
        start(FIRST, 1, 55);
        assertBroken(Promise.DUPLICATES_EXPLAINED);
    }

    @Test
    void a_task_that_starts_before_its_time_is_early() {
        replace(FIRST, new Task(FIRST, Kind.ORDERED, "completed", 0, 1, null, "key", 60L, 1L, null, 51));
        assertBroken(Promise.NOT_EARLY);
    }

    @Test
    void a_task_that_starts_before_the_one_ahead_of_it_has_ended_is_an_inversion() {
        ledger.removeIf(entry -> entry.task().equals(SECOND));
        start(SECOND, 1, 59);
        assertBroken(Promise.IN_ORDER);
    }

    @Test
    void a_stored_step_that_is_done_again_is_found() {
        ledger.add(new Entry(STEPPED, 2, "worker-2", "step-0", 71));
        assertBroken(Promise.STEPS_ONCE);
    }

    @Test
    void a_fourth_child_is_found() {
        child(new UUID(0, 13));
        assertBroken(Promise.FAMILIES_WHOLE);
    }

    @Test
    void a_parent_that_went_on_before_its_children_is_found() {
        UUID child = new UUID(0, 12);
        replace(child, new Task(child, Kind.CHILD, "completed", 0, 0, PARENT, null, 101L, 1L, null, 0));
        assertBroken(Promise.FAMILIES_WHOLE);
    }

    @Test
    void two_tasks_under_one_unique_key_are_found() {
        UUID other = new UUID(0, 6);
        completed(other, Kind.UNIQUE, 0, 50);
        effects.add(new Effect(other, 1));
        acknowledged.add(new Acknowledged(FIRST, Kind.ORDERED, "key"));
        acknowledged.add(new Acknowledged(other, Kind.UNIQUE, "key"));
        assertBroken(Promise.KEYS_UNIQUE);
    }

    @Test
    void recovery_counts_from_the_strike_at_the_worker_that_held_the_lease() {
        attempts.clear();
        attempts.add(new Attempt(KILLED, 1, "crashed", "worker-1", 19_000_000, 22_500_000));
        attempts.add(new Attempt(FIRST, 1, "crashed", "worker-2", 19_000_000, 22_500_000));
        attempts.add(new Attempt(SECOND, 1, "failed", "worker-1", 19_000_000, 22_500_000));
        attempts.add(new Attempt(STEPPED, 1, "crashed", "worker-1", 18_000_000, 19_000_000));
        History history = new History(acknowledged, rolledBack, tasks, attempts, steps, ledger, effects, strikes);
        assertThat(Recovery.seconds(history, List.of(Strike.KILL))).containsExactly(2.5);
        assertThat(Recovery.seconds(history, List.of(Strike.FREEZE))).isEmpty();
    }

    @Test
    void speed_is_back_with_the_first_whole_second_of_nine_tenths() {
        Map<Long, Double> rates = new HashMap<>();
        for (long half = 0; half < 20; half++) {
            rates.put(half, 1_000.0);
        }
        rates.put(26L, 1_000.0);
        rates.put(28L, 900.0);
        rates.put(29L, 950.0);
        Flood flood = Flood.of(rates, 0, 10, 12.2);
        assertThat(flood.perSecond()).isEqualTo(1_000);
        assertThat(flood.secondsBack()).isBetween(1.79, 1.81);
    }
}
