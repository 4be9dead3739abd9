package dev.mainstay.bench;

import dev.mainstay.bench.agents.AgentsBench;
import dev.mainstay.bench.alert.AlertBench;
import dev.mainstay.bench.anomaly.DetectSpeedBench;
import dev.mainstay.bench.anomaly.ForecastBench;
import dev.mainstay.bench.anomaly.NumentaBench;
import dev.mainstay.bench.api.ApiBench;
import dev.mainstay.bench.bus.BusBench;
import dev.mainstay.bench.chaos.ChaosBench;
import dev.mainstay.bench.failover.FailoverBench;
import dev.mainstay.bench.faults.FaultsBench;
import dev.mainstay.bench.idle.IdleBench;
import dev.mainstay.bench.lab.JavaProgram;
import dev.mainstay.bench.outage.OutageBench;
import dev.mainstay.bench.start.StartBench;
import dev.mainstay.bench.tasks.HeldSnapshotBench;
import dev.mainstay.bench.tasks.StepsBench;
import dev.mainstay.bench.tasks.TaskLatencyBench;
import dev.mainstay.bench.tasks.TasksBench;
import dev.mainstay.bench.telemetry.TelemetryBench;
import dev.mainstay.bench.watch.WatchCostBench;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `mainstay bench`; every bench is a command below it. Stdout is the report, stderr is talk.
///
/// Not thread-safe: one instance parses one command line.
@Command(
        name = "mainstay bench",
        description = "Measures how fast Mainstay is on this machine, each bench on a PostgreSQL of its own.",
        mixinStandardHelpOptions = true,
        scope = CommandLine.ScopeType.INHERIT,
        subcommands = {
            StartBench.class,
            AgentsBench.class,
            TelemetryBench.class,
            ApiBench.class,
            FailoverBench.class,
            OutageBench.class,
            TasksBench.class,
            TaskLatencyBench.class,
            HeldSnapshotBench.class,
            StepsBench.class,
            IdleBench.class,
            AlertBench.class,
            ChaosBench.class,
            FaultsBench.class,
            BusBench.class,
            NumentaBench.class,
            DetectSpeedBench.class,
            ForecastBench.class,
            WatchCostBench.class
        })
public final class BenchMain implements Runnable {
    @Spec
    private CommandSpec spec;

    private BenchMain() {}

    public static void main(String[] arguments) {
        System.setProperty("logback.configurationFile", JavaProgram.LOG_SETTINGS);
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new BenchMain()).setCaseInsensitiveEnumValuesAllowed(true);
    }

    @Command(name = "list", description = "Lists the benches and what each measures.")
    int list() {
        spec.subcommands().forEach((name, bench) -> {
            String[] description = bench.getCommandSpec().usageMessage().description();
            System.out.printf("%-18s %s%n", name, String.join(" ", description));
        });
        return 0;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Name a bench; `bench list` shows them.");
    }
}
