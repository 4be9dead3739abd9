package dev.mainstay.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.agent.AgentSpec;
import dev.mainstay.agent.AgentState;
import dev.mainstay.postgres.Database;
import dev.mainstay.testing.Eventually;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class StockWatchFlowTest {
    @RegisterExtension
    static final MainstayExtension MAINSTAY = MainstayExtension.withFleet(fleet -> fleet.agent(
            AgentSpec.builder("stock-watch").every(Duration.ofMillis(50)).build(),
            spec -> new StockWatch(Map.of("tea", 12, "salt", 2))));

    @Test
    void what_it_counts_is_stored(Fleet fleet, Database database) {
        Eventually.holds("a point is stored", Duration.ofMinutes(1), () -> points(database) > 0);
        assertThat(fleet.agents().find("stock-watch").orElseThrow().state()).isEqualTo(AgentState.ACTIVE);
    }

    private static long points(Database database) {
        return database.read(handle -> handle.createQuery("""
                SELECT count(*)
                FROM metric_series
                JOIN performance_metrics USING (organization_id, series_id)
                WHERE name = 'stock.low' AND value = 1
                """).mapTo(Long.class).one());
    }
}
