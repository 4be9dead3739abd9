package dev.mainstay.server.cli;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
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
        footer = {
            "",
            "The launcher of a source tree also knows `build`, `test` (all tests and checks) and `bench NAME`.",
            "Begin with `mainstay up --demo`, then look at the dashboard it names, or at `mainstay top`.",
            "Exit codes: 0 ok, 1 failure, 2 usage, 3 not found, 4 unhealthy, 5 not allowed, 6 conflict, 7 timeout,"
                    + " 8 unreachable."
        })
public final class Main implements Runnable {
    private static final List<Class<?>> COMMANDS = List.of(
            Up.class,
            Down.class,
            StatusCommand.class,
            TopCommand.class,
            AgentCommand.class,
            TaskCommand.class,
            QueueCommand.class,
            StateCommand.class,
            MessageCommand.class,
            NodeCommand.class,
            ScheduleCommand.class,
            AlertCommand.class,
            RecoveryCommand.class,
            SloCommand.class,
            MetricCommand.class,
            AnomalyCommand.class,
            AdviceCommand.class,
            DetectCommand.class,
            DatabaseCommand.class,
            ConfigCommand.class,
            DoctorCommand.class,
            ApiCommand.class,
            CommandLine.HelpCommand.class);
    private static final Set<List<String>> HELP = Set.of(List.of("--help"), List.of("-h"));

    private final Map<String, String> environment;

    @Spec
    private CommandSpec spec;

    Main(Map<String, String> environment) {
        this.environment = environment;
    }

    public static void main(String[] arguments) {
        boolean isHelpAlone = HELP.contains(List.of(arguments));
        System.exit((isHelpAlone ? outline() : commandLine(System.getenv())).execute(arguments));
    }

    /// The whole command line, over the given environment.
    static CommandLine commandLine(Map<String, String> environment) {
        CommandLine line = new CommandLine(new Main(environment));
        COMMANDS.forEach(line::addSubcommand);
        return line.setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true)
                .setExecutionExceptionHandler(new Failures())
                .setParameterExceptionHandler(new Misuse());
    }

    /// What every command is called and does, and nothing else: to make the commands themselves loads JSON, HTTP and
    /// their columns, which takes most of the time until the first help is on the screen.
    static CommandLine outline() {
        CommandLine line = new CommandLine(new Main(Map.of()));
        for (Class<?> command : COMMANDS) {
            Command described = Objects.requireNonNull(command.getAnnotation(Command.class), command.getName());
            CommandSpec named = CommandSpec.create();
            named.usageMessage().header(described.header()).description(described.description());
            line.addSubcommand(described.name(), named);
        }
        return line.setUsageHelpAutoWidth(true);
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
