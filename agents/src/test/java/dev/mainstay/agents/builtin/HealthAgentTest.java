package dev.mainstay.agents.builtin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HealthAgentTest {
    @Test
    void a_fresh_fleet_is_judged_at_each_tick_and_a_settled_one_at_each_fifth() {
        assertThat(IntStream.rangeClosed(1, 15)).allMatch(HealthAgent::isDue);
        assertThat(IntStream.rangeClosed(16, 40).filter(HealthAgent::isDue)).containsExactly(20, 25, 30, 35, 40);
    }
}
