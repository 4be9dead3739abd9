package dev.mainstay.server.cli;

import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Who is told, and why: the options of every command that changes what is wanted of agents. Not thread-safe.
final class Order {
    @Parameters(paramLabel = "ID", arity = "1..*", description = "The agents.")
    private List<String> ids = List.of();

    @Option(
            names = "--reason",
            defaultValue = "asked for on the command line",
            description = "Why; kept with the event.")
    private String reason = "";

    /// Tells each agent; the first that cannot follow ends it.
    int give(String command, Remote remote, Output output) {
        var client = remote.connect();
        var told = ids.stream()
                .map(id -> client.post(AgentCommand.path(id) + "/" + command, Map.of("reason", reason)))
                .toList();
        output.list(told, List.of(Column.of("id"), Column.of("state"), Column.of("desired"), Column.of("node")));
        return ExitCode.OK;
    }
}
