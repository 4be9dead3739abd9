package dev.mainstay.bench.idle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/// The bench with few queues, watched for two seconds.
class IdleBenchFlowTest {
    @Test
    void an_idle_node_is_watched_and_its_statements_are_counted() {
        var bench = new IdleBench();
        new CommandLine(bench).parseArgs("--queues", "3", "--seconds", "2", "--warm-up", "0");

        Map<String, Double> figures = bench.measure().figures().values();

        assertThat(figures).containsOnlyKeys("statementsPerSecond", "cores", "postgresCores", "queues");
        // Its session is renewed once a second, whatever else there is.
        assertThat(figures.get("statementsPerSecond")).isGreaterThan(0.4);
    }
}
