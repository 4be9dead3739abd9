package dev.mainstay.bench.alert;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/// The bench with a fault of each kind and a small storm.
class AlertBenchFlowTest {
    @Test
    void each_fault_is_told_and_a_storm_seldom() {
        var bench = new AlertBench();
        new CommandLine(bench).parseArgs("--faults", "1", "--kills", "1", "--storm", "100", "--minutes", "0");

        Map<String, Double> figures = bench.measure().figures().values();

        assertThat(figures)
                .containsEntry("faults", 3.0)
                .containsEntry("untold", 0.0)
                .containsEntry("stormAlerts", 100.0)
                .containsKey("p99Seconds");
        assertThat(figures.get("notificationsPerStorm")).isBetween(1.0, 10.0);
    }
}
