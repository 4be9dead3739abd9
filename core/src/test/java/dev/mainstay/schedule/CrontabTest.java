package dev.mainstay.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The times of a cron expression, above all where the clock is put forward or back.
class CrontabTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final ZoneId LORD_HOWE = ZoneId.of("Australia/Lord_Howe");

    private static List<String> next(String expression, ZoneId zone, String after, int count) {
        Timing cron = Timing.cron(expression, zone);
        List<String> moments = new ArrayList<>();
        Instant moment = Instant.parse(after);
        for (int i = 0; i < count; i++) {
            moment = cron.next(moment).orElseThrow();
            moments.add(moment.toString());
        }
        return moments;
    }

    @Test
    void a_time_of_day_keeps_to_the_wall_clock_across_both_changes() {
        assertThat(next("0 9 * * *", BERLIN, "2026-03-27T12:00:00Z", 3))
                .containsExactly("2026-03-28T08:00:00Z", "2026-03-29T07:00:00Z", "2026-03-30T07:00:00Z");
        assertThat(next("0 9 * * *", BERLIN, "2026-10-23T12:00:00Z", 3))
                .containsExactly("2026-10-24T07:00:00Z", "2026-10-25T08:00:00Z", "2026-10-26T08:00:00Z");
    }

    @Test
    void a_time_of_day_that_is_skipped_comes_when_the_gap_ends() {
        // On 29 March 2026 the clock in Berlin goes from 2:00 to 3:00, at 1:00 UTC.
        assertThat(next("30 2 * * *", BERLIN, "2026-03-27T12:00:00Z", 3))
                .containsExactly("2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z");
    }

    @Test
    void several_times_of_day_in_one_gap_are_one_moment() {
        assertThat(next("0,20,40 2,3 * * *", BERLIN, "2026-03-29T00:00:00Z", 4))
                .containsExactly(
                        "2026-03-29T01:00:00Z", "2026-03-29T01:20:00Z", "2026-03-29T01:40:00Z", "2026-03-30T00:00:00Z");
    }

    @Test
    void a_time_of_day_that_is_repeated_comes_the_first_time_alone() {
        // On 25 October 2026 the clock goes from 3:00 back to 2:00, at 1:00 UTC.
        assertThat(next("30 2 * * *", BERLIN, "2026-10-24T12:00:00Z", 2))
                .containsExactly("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
        assertThat(next("30 2 * * *", BERLIN, "2026-10-25T00:45:00Z", 1)).containsExactly("2026-10-26T01:30:00Z");
        assertThat(next("30 2 * * *", BERLIN, "2026-10-25T01:15:00Z", 1)).containsExactly("2026-10-26T01:30:00Z");
    }

    @Test
    void the_clock_itself_is_followed_through_the_gap_and_the_repeated_hour() {
        assertThat(next("30 * * * *", BERLIN, "2026-03-28T23:40:00Z", 3))
                .containsExactly("2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", "2026-03-29T02:30:00Z");
        assertThat(next("30 * * * *", BERLIN, "2026-10-24T23:40:00Z", 4))
                .containsExactly(
                        "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z", "2026-10-25T03:30:00Z");
        assertThat(next("0 */2 * * *", BERLIN, "2026-10-24T22:30:00Z", 3))
                .containsExactly("2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T03:00:00Z");
    }

    @Test
    void the_change_itself_is_a_moment_of_the_clock() {
        assertThat(next("0 * * * *", BERLIN, "2026-03-29T00:00:00Z", 2))
                .containsExactly("2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z");
        assertThat(next("0 * * * *", BERLIN, "2026-10-25T00:00:00Z", 2))
                .containsExactly("2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z");
    }

    @Test
    void half_an_hour_of_change_is_no_different() {
        // Lord Howe Island: forward by 30 minutes at 2:00 on 4 October 2026, back by 30 at 2:00 on 5 April 2026.
        assertThat(next("15 2 * * *", LORD_HOWE, "2026-10-03T12:00:00Z", 2))
                .containsExactly("2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z");
        assertThat(next("45 1 * * *", LORD_HOWE, "2026-04-04T12:00:00Z", 2))
                .containsExactly("2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z");
    }

    @Test
    void the_29th_of_february_is_waited_for() {
        assertThat(next("0 0 29 2 *", ZoneOffset.UTC, "2026-01-01T00:00:00Z", 2))
                .containsExactly("2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z");
    }

    @Test
    void a_day_of_the_month_or_a_day_of_the_week_is_enough() {
        assertThat(next("0 0 13 * 5", ZoneOffset.UTC, "2026-01-01T00:00:00Z", 3))
                .containsExactly("2026-01-02T00:00:00Z", "2026-01-09T00:00:00Z", "2026-01-13T00:00:00Z");
    }

    @Test
    void words_stand_for_expressions() {
        assertThat(next("@daily", BERLIN, "2026-01-01T00:00:00Z", 1)).containsExactly("2026-01-01T23:00:00Z");
        assertThat(next("@weekly", ZoneOffset.UTC, "2026-01-01T00:00:00Z", 1)).containsExactly("2026-01-04T00:00:00Z");
        assertThat(Timing.cron("@hourly", BERLIN).inWords()).contains("hour").contains("Europe/Berlin");
    }

    @Test
    void it_says_in_words_when_it_comes() {
        assertThat(Timing.cron("0 3 * * 1", BERLIN).inWords())
                .isEqualTo("at 03:00 at Monday day, time of Europe/Berlin");
    }

    @Test
    void what_is_not_readable_or_never_comes_is_refused_in_words() {
        assertThatThrownBy(() -> Timing.cron("0 0 31 2 *", BERLIN)).hasMessage("cron '0 0 31 2 *' never fires");
        assertThatThrownBy(() -> Timing.cron("61 * * * *", BERLIN))
                .hasMessageContaining("cron '61 * * * *' is not readable")
                .hasMessageContaining("[0, 59]");
        for (String broken : List.of("", " ", "* * * *", "* * * * * *", "soon", "0 22-2 * * *", "@soon")) {
            assertThatThrownBy(() -> Timing.cron(broken, BERLIN))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cron '" + broken + "' is not readable");
        }
    }
}
