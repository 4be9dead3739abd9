package dev.mainstay.message;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NewMessageTest {
    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "-PT1S", "P366D", "PT2562047788015215H"})
    void a_time_to_live_that_is_none_or_too_long_is_refused(String life) {
        assertThatThrownBy(() -> NewMessage.to("orders", 1).expiringAfter(Duration.parse(life)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("time to live must be positive and at most 365 days, was ");
    }
}
