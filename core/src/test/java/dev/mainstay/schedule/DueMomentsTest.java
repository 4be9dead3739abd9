package dev.mainstay.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.task.NewTask;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Which of the due moments fire and which are missed.
class DueMomentsTest {
    private static final Instant FIRST = Instant.parse("2026-01-01T00:00:00Z");
    private static final NewSchedule HOURLY =
            NewSchedule.every("hourly", Duration.ofHours(1), NewTask.of("report", "x"));

    private static Instant hour(int hour) {
        return FIRST.plus(Duration.ofHours(hour));
    }

    private static DueMoments at(NewSchedule plan, Instant now) {
        return DueMoments.of(plan, FIRST, now);
    }

    @Test
    void a_moment_in_time_fires_under_every_policy() {
        for (MissedPolicy policy : MissedPolicy.values()) {
            assertThat(at(HOURLY.missed(policy), FIRST.plusMillis(3)))
                    .isEqualTo(new DueMoments(List.of(FIRST), List.of(), hour(1)));
        }
    }

    @Test
    void skip_makes_up_for_nothing_that_is_late() {
        NewSchedule skip = HOURLY.missed(MissedPolicy.SKIP);
        assertThat(at(skip, FIRST.plusSeconds(60)).fires()).containsExactly(FIRST);
        assertThat(at(skip, FIRST.plusSeconds(61))).isEqualTo(new DueMoments(List.of(), List.of(FIRST), hour(1)));
        assertThat(at(skip.missedAfter(Duration.ofMinutes(5)), FIRST.plusSeconds(61))
                        .fires())
                .containsExactly(FIRST);
        assertThat(at(skip, hour(2))).isEqualTo(new DueMoments(List.of(hour(2)), List.of(FIRST, hour(1)), hour(3)));
    }

    @Test
    void once_makes_up_with_the_newest_moment_however_late() {
        assertThat(at(HOURLY.missed(MissedPolicy.ONCE), hour(3).plusSeconds(1800)))
                .isEqualTo(new DueMoments(List.of(hour(3)), List.of(FIRST, hour(1), hour(2)), hour(4)));
    }

    @Test
    void all_makes_up_with_the_newest_up_to_a_limit() {
        assertThat(at(HOURLY.missed(MissedPolicy.ALL, 2), hour(3).plusSeconds(1800)))
                .isEqualTo(new DueMoments(List.of(hour(2), hour(3)), List.of(FIRST, hour(1)), hour(4)));
        assertThat(at(HOURLY.missed(MissedPolicy.ALL, 10), hour(1)).fires()).containsExactly(FIRST, hour(1));
    }

    @Test
    void years_without_a_look_are_gone_through_in_steps_and_end_with_the_same() {
        NewSchedule all = HOURLY.missed(MissedPolicy.ALL, 3);
        Instant now = hour(2_500);
        DueMoments step = at(all, now);
        assertThat(step.fires()).isEmpty();
        assertThat(step.missed()).hasSize(1_000);
        assertThat(step.next()).isEqualTo(hour(1_000));
        step = DueMoments.of(all, hour(1_000), now);
        assertThat(step.next()).isEqualTo(hour(2_000));
        step = DueMoments.of(all, hour(2_000), now);
        assertThat(step.fires()).containsExactly(hour(2_498), hour(2_499), hour(2_500));
        assertThat(step.missed()).hasSize(498);
        assertThat(step.next()).isEqualTo(hour(2_501));
    }

    @Test
    void after_the_last_moment_there_is_none() {
        NewSchedule once = NewSchedule.once("once", FIRST, NewTask.of("report", "x"));
        assertThat(at(once, FIRST)).isEqualTo(new DueMoments(List.of(FIRST), List.of(), null));
        assertThat(at(HOURLY.endingAt(hour(2)), hour(9)).next()).isNull();
    }
}
