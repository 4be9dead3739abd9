package dev.mainstay.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.mainstay.agent.Agent;
import dev.mainstay.agent.AgentContext;
import dev.mainstay.agent.AgentSpec;
import dev.mainstay.agent.WorkResult;
import dev.mainstay.telemetry.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AgentHarnessTest {
    private static final AgentSpec SPEC = AgentSpec.builder("counter").build();

    /// Counts its ticks and says so.
    private static final class Counter implements Agent {
        private int ticks;
        private boolean isStarted;

        @Override
        public void start(AgentContext context) {
            isStarted = true;
        }

        @Override
        public WorkResult tick(AgentContext context) {
            assertThat(isStarted).isTrue();
            ticks++;
            context.metric("counter.ticks", ticks, "ticks");
            context.event("counter.ticked", Severity.INFO, "test", Map.of("ticks", ticks));
            return WorkResult.processed(ticks);
        }
    }

    @Test
    void a_tick_runs_when_the_test_says_so_and_what_it_records_is_kept() throws Exception {
        try (AgentHarness harness = AgentHarness.of(SPEC, spec -> new Counter())) {
            harness.tick();
            WorkResult second = harness.advance(Duration.ofMinutes(1)).tick();
            assertThat(second.items()).isEqualTo(2);
            assertThat(harness.metric("counter.ticks")).isEqualTo(2);
            assertThat(harness.events()).hasSize(2);
            Instant first = harness.metrics().getFirst().at();
            assertThat(harness.metrics().getLast().at()).isEqualTo(first.plus(Duration.ofMinutes(1)));
        }
    }

    @Test
    void a_restart_goes_on_with_a_fresh_instance() throws Exception {
        try (AgentHarness harness = AgentHarness.of(SPEC, spec -> new Counter())) {
            harness.tick();
            harness.restart();
            assertThat(harness.tick().items()).isEqualTo(1);
        }
    }

    @Test
    void what_the_real_context_refuses_is_refused_here() throws Exception {
        AgentSpec spec = SPEC;
        try (AgentHarness harness = AgentHarness.of(spec, any -> context -> {
            context.metric("broken", Double.NaN, "");
            return WorkResult.nothing();
        })) {
            assertThatIllegalArgumentException().isThrownBy(harness::tick).withMessageContaining("finite");
        }
        try (AgentHarness harness = AgentHarness.of(spec, any -> context -> {
            context.state().get("key");
            return WorkResult.nothing();
        })) {
            assertThatIllegalStateException().isThrownBy(harness::tick).withMessageContaining("shared state");
        }
    }
}
