package dev.mainstay.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.agent.AgentSpec;
import dev.mainstay.agent.WorkResult;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StockWatchTest {
    private static final AgentSpec SPEC = AgentSpec.builder("stock-watch").build();

    @Test
    void it_counts_what_runs_low() throws Exception {
        Map<String, Integer> stock = new HashMap<>(Map.of("tea", 12, "salt", 2));
        try (AgentHarness harness = AgentHarness.of(SPEC, spec -> new StockWatch(stock))) {
            assertThat(harness.tick()).isEqualTo(WorkResult.processed(2));
            assertThat(harness.metric("stock.low")).isEqualTo(1);
            stock.put("tea", 4);
            harness.tick();
            assertThat(harness.metric("stock.low")).isEqualTo(2);
        }
    }
}
