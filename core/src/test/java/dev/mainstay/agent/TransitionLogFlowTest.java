package dev.mainstay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.AgentRef;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.telemetry.Telemetry;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TransitionLogFlowTest {
    private static Transition step(String agent, String cause) {
        return new Transition(
                new AgentRef(Organizations.DEFAULT, agent),
                1,
                AgentState.MONITORING,
                AgentState.ACTIVE,
                cause,
                false,
                Duration.ZERO);
    }

    @Test
    void a_step_that_postgresql_will_never_take_is_answered_alone_and_the_others_go_on() throws Exception {
        try (TestDatabase test = TestDatabase.create();
                Telemetry telemetry = Telemetry.start(test.database());
                TransitionLog log = new TransitionLog(test.database(), telemetry)) {
            UUID session = UUID.randomUUID();
            var bad = log.make(session, step("bad\0", ""));
            var good = log.make(session, step("good", ""));
            assertThat(bad.get(1, TimeUnit.MINUTES)).isFalse();
            assertThat(good.get(1, TimeUnit.MINUTES)).isFalse();
            assertThat(telemetry.refused()).isEqualTo(1);
        }
    }

    @Test
    void a_cause_with_nul_is_one_that_can_be_stored() {
        assertThat(step("good", "a\0b").cause()).isEqualTo("a\uFFFDb");
    }

    @Test
    void a_step_asked_for_after_close_is_answered_with_no() throws Exception {
        try (TestDatabase test = TestDatabase.create();
                Telemetry telemetry = Telemetry.start(test.database())) {
            TransitionLog log = new TransitionLog(test.database(), telemetry);
            log.close();
            assertThat(log.make(UUID.randomUUID(), step("late", "")).get(1, TimeUnit.MINUTES))
                    .isFalse();
        }
    }
}
