package dev.mainstay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentRunnerTest {
    @ParameterizedTest
    @CsvSource({"200, 200", "1000, 1000", "2000, 1000", "6000, 3000", "10000, 5000", "1800000, 5000"})
    void an_interrupted_tick_has_half_of_its_deadline_to_end_within_bounds(long deadlineMillis, long graceMillis) {
        long grace = AgentRunner.grace(Duration.ofMillis(deadlineMillis).toNanos());
        assertThat(Duration.ofNanos(grace)).isEqualTo(Duration.ofMillis(graceMillis));
    }
}
