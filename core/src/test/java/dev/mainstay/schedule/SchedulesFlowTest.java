package dev.mainstay.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.postgres.OrganizationDatabase;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.task.NewTask;
import dev.mainstay.task.Priority;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// Schedules as people and programs make, change and command them.
class SchedulesFlowTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final ScheduleRounds rounds = new ScheduleRounds();
    private static final Schedules schedules = rounds.schedules();

    @AfterAll
    static void close() {
        rounds.close();
    }

    private static NewSchedule hourly(String name) {
        return NewSchedule.every(name, HOUR, ScheduleRounds.TASK);
    }

    private static void refused(ErrorCode code, Runnable what) {
        assertThatThrownBy(what::run)
                .isInstanceOfSatisfying(
                        MainstayException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static List<String> events(String name) {
        return rounds.rows("SELECT type || ': ' || cause || ' by ' || (detail ->> 'actor') FROM system_events"
                + " WHERE detail ->> 'schedule' = '" + name + "' ORDER BY id");
    }

    @Test
    void what_is_stored_is_what_was_given() {
        NewTask task = NewTask.of("report", Map.of("of", List.of(1, 2.5, "x")))
                .inQueue("slow")
                .priority(Priority.LOW)
                .tagged("a", "b")
                .attempts(3)
                .expiringAfter(Duration.ofMillis(90_500));
        NewSchedule plan = NewSchedule.cron("stored", "*/5 8-17 * * mon-fri", ZoneId.of("America/New_York"), task)
                .describedAs("all of it")
                .startingAt(Instant.parse("2026-01-01T00:00:00.123456Z"))
                .endingAt(Instant.parse("2099-01-01T00:00:00Z"))
                .missed(MissedPolicy.ALL, 7)
                .missedAfter(Duration.ofSeconds(90))
                .overlap(OverlapPolicy.BUFFER_ONE);
        schedules.create(plan);
        assertThat(schedules.find("stored").orElseThrow().plan()).isEqualTo(plan);
        NewSchedule inLine = NewSchedule.every(
                "in-line", Duration.ofMillis(1_500), NewTask.of("report", 1).ordered("k"));
        assertThat(schedules.create(inLine).plan()).isEqualTo(inLine);
        NewSchedule once = NewSchedule.once("once", Instant.parse("2099-01-01T00:00:00.5Z"), task);
        assertThat(schedules.create(once).plan()).isEqualTo(once);
    }

    @Test
    void a_name_is_given_once_and_an_unknown_one_is_said_to_be() {
        schedules.create(hourly("given"));
        refused(ErrorCode.SCHEDULE_EXISTS, () -> schedules.create(hourly("given")));
        refused(ErrorCode.SCHEDULE_UNKNOWN, () -> schedules.pause("never", "x"));
        refused(ErrorCode.SCHEDULE_UNKNOWN, () -> schedules.delete("never", "x"));
        refused(ErrorCode.SCHEDULE_UNKNOWN, () -> schedules.next("never", 1));
        assertThat(schedules.find("never")).isEmpty();
        assertThat(events("given")).containsExactly("schedule.created: every 1h by user:ada");
    }

    @Test
    void one_that_has_no_moment_left_is_refused() {
        NewSchedule past = NewSchedule.once("past", Instant.parse("2020-01-01T00:00:00Z"), ScheduleRounds.TASK);
        assertThatThrownBy(() -> schedules.create(past))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("never fires: once at 2020-01-01T00:00:00Z has no moment after now");
        assertThat(schedules.find("past")).isEmpty();
    }

    @Test
    void a_change_that_leaves_its_moments_leaves_what_is_due() {
        Instant oldest = rounds.lateByHours(hourly("changed"), 2);
        Schedule same = schedules.put(hourly("changed").describedAs("new words"), null);
        assertThat(same.nextAt()).isEqualTo(oldest);
        Schedule other = schedules.put(NewSchedule.every("changed", Duration.ofHours(2), ScheduleRounds.TASK), null);
        assertThat(other.nextAt()).isAfter(rounds.test().database().now());
        assertThat(other.version()).isEqualTo(3);
        assertThat(events("changed")).hasSize(3).last().isEqualTo("schedule.updated: every 2h by user:ada");
    }

    @Test
    void a_change_on_the_ground_of_an_old_version_is_refused() {
        schedules.put(hourly("versioned"), null);
        NewSchedule other = hourly("versioned").describedAs("other words");
        assertThat(schedules.put(other, 1L).version()).isEqualTo(2);
        assertThat(schedules.put(other, 2L).version()).as("nothing changed").isEqualTo(2);
        refused(ErrorCode.SCHEDULE_CONFLICT, () -> schedules.put(hourly("versioned"), 1L));
        refused(ErrorCode.SCHEDULE_CONFLICT, () -> schedules.put(hourly("none-yet"), 1L));
    }

    @Test
    void a_paused_one_fires_nothing_and_a_resumed_one_from_its_next_moment_on() {
        rounds.lateByHours(hourly("paused"), 3);
        assertThat(schedules.pause("paused", "month's end").state()).isEqualTo("paused");
        assertThat(schedules.pause("paused", "again").pauseReason()).isEqualTo("month's end");
        schedules.put(hourly("paused").describedAs("still paused"), null);
        rounds.round();
        Schedule resumed = schedules.resume("paused", "done");
        rounds.round();
        assertThat(schedules.fires("paused", 10)).isEmpty();
        assertThat(resumed.state()).isEqualTo("active");
        assertThat(resumed.pauseReason()).isNull();
        assertThat(resumed.nextAt()).isAfter(rounds.test().database().now());
        assertThat(events("paused"))
                .containsExactly(
                        "schedule.created: every 1h by user:ada",
                        "schedule.paused: month's end by user:ada",
                        "schedule.updated: every 1h by user:ada",
                        "schedule.resumed: done by user:ada");
    }

    @Test
    void a_deleted_one_fires_no_more_and_its_name_is_free_for_another_with_a_history_of_its_own() {
        Instant oldest = rounds.lateByHours(hourly("deleted"), 1);
        rounds.round();
        schedules.delete("deleted", "no use");
        assertThat(schedules.find("deleted")).isEmpty();
        schedules.create(hourly("deleted"));
        rounds.dueSince("deleted", oldest);
        rounds.round();
        assertThat(schedules.fires("deleted", 10)).hasSize(1);
        assertThat(rounds.rows("SELECT count(*) FROM tasks WHERE tags @> ARRAY['schedule:deleted']"))
                .containsExactly("2");
        assertThat(events("deleted")).contains("schedule.deleted: no use by user:ada");
    }

    @Test
    void run_now_fires_beside_its_moments_also_while_it_is_paused() {
        Instant next = schedules.create(hourly("now")).nextAt();
        schedules.pause("now", "x");
        Fire fire = schedules.as("user:grace").run("now", null);
        assertThat(fire.outcome()).isEqualTo(FireOutcome.ENQUEUED);
        assertThat(schedules.fires("now", 10)).singleElement().satisfies(stored -> {
            assertThat(stored.cause()).isEqualTo(FireCause.MANUAL);
            assertThat(stored.actor()).isEqualTo("user:grace");
            assertThat(stored.task()).isEqualTo(fire.task());
        });
        assertThat(schedules.resume("now", "x").nextAt()).isEqualTo(next);
    }

    @Test
    void a_back_fill_fires_the_moments_of_a_past_time_and_the_same_again_nothing() {
        schedules.create(hourly("filled"));
        Instant from = Instant.parse("2026-01-01T00:00:00Z");
        Instant to = Instant.parse("2026-01-01T05:00:00Z");
        assertThat(schedules.previewBackfill("filled", from, to))
                .isEqualTo(new Backfill(5, 0, 0, 0, from, to.minus(HOUR)));
        assertThat(schedules.fires("filled", 10)).isEmpty();
        assertThat(schedules.backfill("filled", from, to, null))
                .isEqualTo(new Backfill(5, 0, 5, 0, from, to.minus(HOUR)));
        assertThat(schedules.backfill("filled", from, to.plus(HOUR), null))
                .isEqualTo(new Backfill(6, 5, 1, 0, from, to));
        assertThat(schedules.previewBackfill("filled", from, to).already()).isEqualTo(5);
        assertThat(rounds.rows("""
                        SELECT payload ->> 'at'
                        FROM task_line
                        JOIN tasks ON tasks.id = task_id
                        WHERE task_line.ordering_key = 'schedule:filled'
                        ORDER BY seq
                        """)).hasSize(5).isSorted().first().isEqualTo("2026-01-01T01:00:00Z");
        assertThat(events("filled"))
                .contains("schedule.backfilled: 5 tasks from 2026-01-01T00:00:00Z to 2026-01-01T05:00:00Z by user:ada");
    }

    @Test
    void a_back_fill_makes_up_for_what_was_missed_and_leaves_what_has_fired() {
        Instant oldest = rounds.lateByHours(hourly("made-up"), 4);
        rounds.round();
        assertThat(rounds.outcomes("made-up"))
                .containsExactly(FireOutcome.MISSED, FireOutcome.MISSED, FireOutcome.MISSED, FireOutcome.ENQUEUED);
        Backfill done = schedules.backfill(
                "made-up", oldest, oldest.plus(HOUR.multipliedBy(3)).plusSeconds(1), null);
        assertThat(done).isEqualTo(new Backfill(4, 1, 3, 0, oldest, oldest.plus(HOUR.multipliedBy(3))));
        assertThat(rounds.outcomes("made-up"))
                .containsOnly(FireOutcome.ENQUEUED)
                .hasSize(4);
    }

    @Test
    void a_back_fill_of_the_future_of_nothing_or_of_too_much_is_refused() {
        schedules.create(NewSchedule.every("bounds", Duration.ofSeconds(1), ScheduleRounds.TASK));
        Instant now = rounds.test().database().now();
        assertThatThrownBy(() -> schedules.backfill("bounds", now, now.plus(HOUR), null))
                .hasMessageContaining("to must not be in the future");
        assertThatThrownBy(() -> schedules.backfill("bounds", now, now, null))
                .hasMessageContaining("to must be after from");
        refused(
                ErrorCode.SCHEDULE_TOO_MANY,
                () -> schedules.backfill("bounds", now.minus(HOUR.multipliedBy(3)), now, null));
        assertThat(schedules.fires("bounds", 10)).isEmpty();
    }

    @Test
    void the_next_moments_can_be_seen_also_of_one_that_is_paused() {
        schedules.create(hourly("seen"));
        schedules.pause("seen", "x");
        List<Instant> next = schedules.next("seen", 3);
        assertThat(next).hasSize(3).isSorted();
        assertThat(next.getFirst()).isAfter(rounds.test().database().now());
        assertThat(Duration.between(next.get(0), next.get(2))).isEqualTo(HOUR.multipliedBy(2));
    }

    @Test
    void they_are_found_by_state_and_by_words_a_page_at_a_time() {
        schedules.create(hourly("find-a").describedAs("Invoices of the DAY"));
        schedules.create(hourly("find-b"));
        schedules.pause("find-b", "x");
        OrganizationDatabase database = rounds.test().database().api(Organizations.DEFAULT);
        assertThat(ScheduleSearch.list(database, Optional.of("paused"), Optional.of("find-"), "", 10))
                .extracting(view -> view.schedule().name())
                .containsExactly("find-b");
        assertThat(ScheduleSearch.list(database, Optional.empty(), Optional.of("of the day"), "", 10))
                .extracting(view -> view.schedule().name())
                .containsExactly("find-a");
        assertThat(ScheduleSearch.list(database, Optional.empty(), Optional.of("find-"), "find-a", 1))
                .extracting(view -> view.schedule().name())
                .containsExactly("find-b");
    }

    @Test
    void another_organization_sees_and_changes_nothing_of_it() {
        schedules.create(hourly("ours"));
        Schedules theirs = Schedules.of(
                rounds.test().database(), UUID.randomUUID(), "user:eve", new Schedules.Told(() -> {}, () -> {}));
        assertThat(theirs.find("ours")).isEmpty();
        assertThat(theirs.all()).isEmpty();
        refused(ErrorCode.SCHEDULE_UNKNOWN, () -> theirs.run("ours", null));
        theirs.create(hourly("ours"));
        assertThat(schedules.find("ours").orElseThrow().version()).isEqualTo(1);
    }
}
