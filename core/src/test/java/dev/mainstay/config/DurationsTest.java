package dev.mainstay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {

    @ParameterizedTest
    @CsvSource({
        "30s, PT30S",
        "5m, PT5M",
        "1h30m, PT1H30M",
        "250ms, PT0.25S",
        "1d, PT24H",
        "PT30S, PT30S",
        "pt5m, PT5M",
        "0, PT0S",
        "0s, PT0S",
        "-5s, PT-5S",
        "1m500ms, PT1M0.5S",
        "7us, PT0.000007S",
        "9ns, PT0.000000009S",
        "' 10s ', PT10S",
        "90m, PT1H30M"
    })
    void reads_what_people_write(String text, Duration expected) {
        assertThat(Durations.parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "s",
                "abc",
                "5 minutes",
                "30m1h",
                "1.5h",
                "5M",
                "PT",
                "99999999999999999999s",
                "9223372036854775807d"
            })
    void refuses_what_is_no_duration(String text) {
        assertThatThrownBy(() -> Durations.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected a duration such as 30s, 5m, 1h30m, 250ms or 1d, found \"" + text + "\"");
    }

    @Test
    void a_bare_number_is_told_to_take_a_unit() {
        assertThatThrownBy(() -> Durations.parse("30"))
                .hasMessageEndingWith("found \"30\"; it needs a unit, for example 30s");
    }

    @ParameterizedTest
    @CsvSource({
        "PT30S, 30s",
        "PT90M, 1h30m",
        "PT0.25S, 250ms",
        "PT24H, 1d",
        "PT0S, 0s",
        "PT-5S, -5s",
        "PT1.5S, 1s500ms",
        "PT0.000007S, 7us",
        "PT36H, 1d12h"
    })
    void writes_the_shortest_exact_form(Duration duration, String expected) {
        assertThat(Durations.format(duration)).isEqualTo(expected);
    }

    @Test
    void what_is_written_reads_back_the_same() {
        var random = new Random(25);
        for (var i = 0; i < 10_000; i++) {
            var duration = Duration.ofSeconds(
                    random.nextLong(-1L << random.nextInt(1, 40), 1L << 40), random.nextInt(1_000_000_000));
            assertThat(Durations.parse(Durations.format(duration))).isEqualTo(duration);
        }
    }
}
