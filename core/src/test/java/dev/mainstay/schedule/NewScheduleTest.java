package dev.mainstay.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.task.NewTask;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class NewScheduleTest {
    private static final NewTask TASK = NewTask.of("report", "x");
    private static final Instant NEW_YEAR = Instant.parse("2026-01-01T00:00:00Z");
    private static final NewSchedule DAILY = NewSchedule.cron("daily", "0 0 * * *", ZoneOffset.UTC, TASK);

    @Test
    void an_interval_counts_from_the_epoch_or_from_its_start() {
        NewSchedule quarters = NewSchedule.every("quarters", Duration.ofMinutes(15), TASK);
        Instant some = NEW_YEAR.plusSeconds(61);
        assertThat(quarters.next(some)).contains(NEW_YEAR.plusSeconds(900));
        assertThat(quarters.next(NEW_YEAR)).contains(NEW_YEAR.plusSeconds(900));
        assertThat(quarters.next(NEW_YEAR.minusNanos(1))).contains(NEW_YEAR);
        NewSchedule later = quarters.startingAt(some);
        assertThat(later.next(NEW_YEAR)).contains(some);
        assertThat(later.next(some)).contains(some.plusSeconds(900));
        assertThat(quarters.next(Instant.EPOCH.minusSeconds(1))).contains(Instant.EPOCH);
    }

    @Test
    void nothing_comes_before_its_start_or_from_its_end_on() {
        NewSchedule bounded = DAILY.startingAt(NEW_YEAR).endingAt(NEW_YEAR.plus(Duration.ofDays(2)));
        assertThat(bounded.next(Instant.EPOCH)).contains(NEW_YEAR);
        assertThat(bounded.next(NEW_YEAR)).contains(NEW_YEAR.plus(Duration.ofDays(1)));
        assertThat(bounded.next(NEW_YEAR.plus(Duration.ofDays(1)))).isEmpty();
    }

    @Test
    void what_cannot_be_is_refused_in_words() {
        refused(() -> NewSchedule.every("x", Duration.ofSeconds(-5), TASK), "every must be from 1s to 3660d, was -5s");
        refused(() -> NewSchedule.every("x", Duration.ofMillis(999), TASK), "was 999ms");
        refused(() -> NewSchedule.every("x", Duration.ofNanos(1_000_000_001), TASK), "whole milliseconds");
        refused(() -> NewSchedule.every("No", Duration.ofDays(1), TASK), "name must be");
        refused(() -> DAILY.startingAt(NEW_YEAR).endingAt(NEW_YEAR), "endsAt must be after startsAt");
        refused(
                () -> DAILY.startingAt(NEW_YEAR.plusSeconds(1)).endingAt(NEW_YEAR.plusSeconds(9)),
                "the schedule never fires: at 00:00, time of Z has no moment from 2026-01-01T00:00:01Z before");
        refused(() -> DAILY.missed(MissedPolicy.ALL, 0), "missedLimit must be from 1 to 1000, was 0");
        refused(() -> DAILY.missedAfter(Duration.ZERO), "missedAfter must be positive");
        refused(() -> DAILY.describedAs("x".repeat(1_001)), "description must have at most 1000");
    }

    @Test
    void a_task_that_asks_for_what_the_schedule_decides_is_refused() {
        refused(() -> of(TASK.in(Duration.ofSeconds(1))), "the schedule says when");
        refused(() -> of(TASK.at(NEW_YEAR)), "the schedule says when");
        refused(() -> of(TASK.unique("key")), "each fire is unique");
        refused(() -> of(TASK.after(UUID.randomUUID())), "needs no other");
        NewSchedule inLine = NewSchedule.every("x", Duration.ofHours(1), TASK.ordered("key"));
        refused(() -> inLine.overlap(OverlapPolicy.SKIP), "orderingKey needs overlap allow-all");
    }

    private static void of(NewTask task) {
        NewSchedule.every("x", Duration.ofHours(1), task);
    }

    private static void refused(Runnable making, String words) {
        assertThatThrownBy(making::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(words);
    }
}
