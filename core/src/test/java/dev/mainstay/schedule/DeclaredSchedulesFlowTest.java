package dev.mainstay.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.postgres.Organizations;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Schedules that code or settings declare, over several starts.
class DeclaredSchedulesFlowTest {
    private static final ScheduleRounds rounds = new ScheduleRounds();
    private static final Schedules schedules = rounds.schedules();

    @AfterAll
    static void close() {
        rounds.close();
    }

    @AfterEach
    void clear() {
        rounds.change("DELETE FROM schedules");
    }

    private static NewSchedule hourly(String name) {
        return NewSchedule.every(name, Duration.ofHours(1), ScheduleRounds.TASK);
    }

    private static void start(String node, NewSchedule... plans) {
        new DeclaredSchedules(rounds.test().database(), Organizations.DEFAULT, node)
                .declare(Arrays.stream(plans)
                        .map(plan -> new DeclaredSchedules.Declaration(plan, ScheduleSource.FILE))
                        .collect(Collectors.toMap(each -> each.plan().name(), Function.identity())));
    }

    private static Schedule found(String name) {
        return schedules.find(name).orElseThrow();
    }

    @Test
    void a_second_start_with_the_same_changes_nothing() {
        start("node", hourly("a"), hourly("b"));
        Schedule before = found("a");
        start("node", hourly("a"), hourly("b"));
        assertThat(found("a")).isEqualTo(before);
        assertThat(before.source()).isEqualTo(ScheduleSource.FILE);
        assertThat(before.declaredBy()).isEqualTo("node");
    }

    @Test
    void what_was_due_while_nothing_ran_is_found_after_the_start() {
        start("node", hourly("a"));
        Instant due = rounds.test().database().now().minus(Duration.ofHours(2));
        rounds.dueSince("a", due);
        start("node", hourly("a").describedAs("in other words"));
        assertThat(found("a").nextAt()).isEqualTo(due);
        assertThat(found("a").plan().description()).isEqualTo("in other words");
    }

    @Test
    void one_that_is_declared_no_longer_fires_no_more_and_comes_back_as_it_was() {
        start("node", hourly("a"), hourly("b"));
        start("node", hourly("b"));
        assertThat(found("a").state()).isEqualTo("undeclared");
        rounds.change("UPDATE schedules SET version = version");
        rounds.round();
        assertThat(found("a").nextAt()).isNull();
        assertThat(schedules.resume("a", "x").nextAt()).isNull();
        start("node", hourly("a"), hourly("b"));
        assertThat(found("a").state()).isEqualTo("active");
        assertThat(found("a").nextAt()).isAfter(rounds.test().database().now());
        assertThat(rounds.rows("SELECT type FROM system_events WHERE detail ->> 'schedule' = 'a' ORDER BY id"))
                .endsWith("schedule.undeclared", "schedule.updated");
    }

    @Test
    void one_that_a_person_paused_stays_paused_over_starts_and_an_absence() {
        start("node", hourly("a"));
        schedules.pause("a", "holidays");
        start("node");
        start("node", hourly("a").describedAs("changed"));
        assertThat(found("a").state()).isEqualTo("paused");
        assertThat(found("a").pauseReason()).isEqualTo("holidays");
    }

    @Test
    void two_nodes_leave_each_others_schedules_alone() {
        start("first", hourly("a"));
        start("second", hourly("b"));
        start("second", hourly("b"));
        assertThat(found("a").state()).isEqualTo("active");
        start("second", hourly("a"), hourly("b"));
        start("first");
        assertThat(found("a").state()).isEqualTo("active");
        start("second");
        assertThat(found("a").state()).isEqualTo("undeclared");
    }

    @Test
    void what_is_declared_can_be_paused_and_run_and_not_changed_or_deleted() {
        start("node", hourly("a"));
        assertThat(schedules.run("a", null).outcome()).isEqualTo(FireOutcome.ENQUEUED);
        rounds.change("INSERT INTO node_sessions (session_id, node_id, expires_at) "
                + "VALUES (gen_random_uuid(), 'node', now() + interval '1 hour')");
        refused(() -> schedules.put(hourly("a"), null));
        refused(() -> schedules.delete("a", "x"));
        start("node");
        schedules.delete("a", "x");
        assertThat(schedules.find("a")).isEmpty();
        start("node", hourly("a"));
        rounds.change("UPDATE node_sessions SET ended_at = now() WHERE node_id = 'node'");
        schedules.delete("a", "its node is gone");
        assertThat(schedules.find("a")).isEmpty();
    }

    private static void refused(Runnable what) {
        assertThatThrownBy(what::run)
                .isInstanceOfSatisfying(
                        MainstayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SCHEDULE_DECLARED))
                .hasMessageContaining("is declared by the settings of node node");
    }

    @Test
    void a_declaration_takes_over_what_a_person_made_and_a_person_what_is_declared_no_longer() {
        schedules.create(hourly("a"));
        start("node", hourly("a"));
        assertThat(found("a").source()).isEqualTo(ScheduleSource.FILE);
        start("node");
        schedules.put(hourly("a"), null);
        assertThat(found("a").state()).isEqualTo("active");
        start("node");
        assertThat(found("a").state()).isEqualTo("active");
    }

    @Test
    void a_one_off_that_has_fired_does_not_fire_again_after_a_start() {
        NewSchedule once = NewSchedule.once("once", rounds.test().database().now(), ScheduleRounds.TASK);
        start("node", once);
        assertThat(found("once").state()).isEqualTo("finished");
        start("node", once);
        rounds.round();
        assertThat(schedules.fires("once", 10)).isEmpty();
    }
}
