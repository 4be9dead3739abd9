package dev.mainstay.bench.tasks;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/// The benches of tasks with sizes that tell nothing of speed: every figure is there, and each was measured.
class TaskBenchesFlowTest {
    private static <B> B bench(B bench, String... options) {
        new CommandLine(bench).parseArgs(options);
        return bench;
    }

    @Test
    void steps_are_counted_and_weighed() {
        var bench = bench(new StepsBench(), "--tasks", "20", "--rounds", "1", "--steps", "100");

        Map<String, Double> figures = bench.measure().figures().values();

        assertThat(figures).containsKeys("tasksPerSecond", "stepsPerSecond", "storedRatioOfShort");
        assertThat(figures.get("tasksPerSecond")).isPositive();
        assertThat(figures.get("uniqueBytes")).isBetween(200_000.0, 600_000.0);
        // Nothing is stored twice; with a hundred steps, what a table has at least weighs more than with a thousand.
        assertThat(figures.get("storedRatio")).isBetween(1.0, 1.7);
    }

    @Test
    void claims_are_timed_before_and_while_a_snapshot_is_held() throws Exception {
        var bench = bench(new HeldSnapshotBench(), "--minutes", "0.05", "--baseline", "2", "--rate", "20");

        Map<String, Double> figures = bench.measure().figures().values();

        assertThat(figures.get("claims")).isPositive();
        double ratio = requireNonNull(figures.get("heldP99Ms")) / requireNonNull(figures.get("baselineP99Ms"));
        assertThat(figures.get("ratio")).isCloseTo(ratio, within(0.01));
        assertThat(figures.get("heldStartP99Ms")).isPositive();
    }

    @Test
    void starts_are_timed_on_one_node_and_from_one_process_to_another() throws Exception {
        var bench = bench(new TaskLatencyBench(), "--warm-up", "1", "--seconds", "1", "--rounds", "2");

        Map<String, Double> figures = bench.measure().figures().values();

        for (String which : new String[] {"p", "otherProcessP", "busyP"}) {
            double p50 = requireNonNull(figures.get(which + "50Ms"));
            double p99 = requireNonNull(figures.get(which + "99Ms"));
            assertThat(p50).isPositive();
            // The clocks of two processes are one: otherwise this would be the age of the machine.
            assertThat(p99).isBetween(p50, 30_000.0);
        }
        assertThat(figures.get("diskP50Ms")).isPositive();
        assertThat(figures.get("refused")).isZero();
    }
}
