package dev.mainstay.bench.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/// The bench with few tasks: every system is filled and drained, and every figure named.
class TasksBenchFlowTest {
    private static TasksBench bench(String... options) {
        var bench = new TasksBench();
        new CommandLine(bench).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(options);
        return bench;
    }

    @Test
    void each_system_drains_its_tasks_in_the_same_run_and_is_compared() throws Exception {
        Map<String, Double> figures = bench("--tasks", "50", "--warm-up", "1", "--rounds", "1")
                .measure()
                .figures()
                .values();

        assertThat(figures)
                .containsKeys(
                        "enqueuePerSecond",
                        "drainPerSecond",
                        "limitDrainPerSecond",
                        "ratioToLimit",
                        "ratioToDbScheduler",
                        "ratioToJobRunr");
        assertThat(figures.values()).allSatisfy(figure -> assertThat(figure).isPositive());
        assertThat(figures).doesNotContainKey("ratioToGraphileWorker");
    }
}
