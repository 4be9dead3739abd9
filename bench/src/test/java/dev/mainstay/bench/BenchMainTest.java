package dev.mainstay.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class BenchMainTest {
    private final Map<String, CommandLine> commands = BenchMain.commandLine().getSubcommands();

    @Test
    void every_bench_says_what_it_measures_and_can_answer_in_json() {
        commands.forEach((name, command) -> {
            assertThat(command.getCommandSpec().usageMessage().description())
                    .as(name)
                    .isNotEmpty();
            if (!name.equals("list")) {
                assertThat(BenchMain.commandLine().parseArgs(name, "-o", "json").hasSubcommand())
                        .as(name)
                        .isTrue();
            }
        });
        assertThat(commands)
                .containsOnlyKeys(
                        "start",
                        "agents",
                        "telemetry",
                        "api",
                        "failover",
                        "outage",
                        "tasks",
                        "task-latency",
                        "task-held-snapshot",
                        "steps",
                        "idle",
                        "alert",
                        "chaos",
                        "faults",
                        "bus",
                        "nab",
                        "detect-speed",
                        "forecast",
                        "watch-cost",
                        "list");
    }

    @Test
    void a_bench_that_does_not_exist_is_a_wrong_use() {
        assertThat(BenchMain.commandLine()
                        .setErr(new PrintWriter(Writer.nullWriter()))
                        .execute("nonsense"))
                .isEqualTo(2);
    }
}
