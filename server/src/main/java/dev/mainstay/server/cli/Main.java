package dev.mainstay.server.cli;

import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// The `mainstay` command; every other command hangs below it. Stdout is data, stderr is talk.
///
/// Not thread-safe: one instance parses one command line.
@Command(
        name = "mainstay",
        description = "Runs, watches and heals a fleet of background and AI agents on nothing but PostgreSQL.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {
            Up.class,
            Down.class,
            StatusCommand.class,
            TopCommand.class,
            AgentCommand.class,
            StateCommand.class,
            NodeCommand.class,
            DatabaseCommand.class,
            ConfigCommand.class,
            DoctorCommand.class,
            ApiCommand.class
        },
        footer = {
            "",
            "Begin with `mainstay up --demo`, then look at the dashboard it names, or at `mainstay top`.",
            "Exit codes: 0 ok, 1 failure, 2 usage, 3 not found, 4 unhealthy, 5 not allowed, 6 conflict, 7 timeout,"
                    + " 8 unreachable."
        })
public final class Main implements Runnable {
    private final Map<String, String> environment;

    @Spec
    private CommandSpec spec;

    Main(Map<String, String> environment) {
        this.environment = environment;
    }

    public static void main(String[] arguments) {
        System.exit(commandLine(System.getenv()).execute(arguments));
    }

    /// The whole command line, over the given environment.
    static CommandLine commandLine(Map<String, String> environment) {
        return new CommandLine(new Main(environment))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true)
                .setExecutionExceptionHandler(new Failures())
                .setParameterExceptionHandler(new Misuse());
    }

    /// The environment of the command line that a command belongs to.
    static Map<String, String> environment(CommandSpec command) {
        return command.root().userObject() instanceof Main main ? main.environment : System.getenv();
    }

    /// The words of the command line as they were given, for a process that is to do the same.
    static List<String> arguments(CommandSpec command) {
        return command.root().commandLine().getParseResult().originalArgs();
    }

    @Override
    public void run() {
        throw new CommandMissing(spec);
    }
}
