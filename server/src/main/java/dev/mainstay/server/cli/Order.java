package dev.mainstay.server.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/// Who is told, and why: the options of every command that changes what is wanted of agents. Not thread-safe.
final class Order {
    private static final List<Column> TOLD =
            List.of(Column.of("id"), Column.state(), Column.of("desired"), Column.of("node"));

    @Parameters(paramLabel = "ID", arity = "1..*", description = "The agents.")
    private List<String> ids = List.of();

    @Option(
            names = "--reason",
            paramLabel = "TEXT",
            defaultValue = "asked for on the command line",
            description = "Why; kept with the event.")
    private String reason = "";

    /// Tells each agent, whether or not those before it could follow; ends with the code of the first that could not.
    int give(String command, Remote remote, Output output) {
        var client = remote.connect();
        var told = new ArrayList<JsonNode>();
        var exit = each(
                output, id -> told.add(client.post(AgentCommand.path(id) + "/" + command, Map.of("reason", reason))));
        if (!told.isEmpty()) {
            output.list(told, TOLD);
        }
        return exit;
    }

    /// Removes each agent that can be.
    int remove(Remote remote, Output output) {
        var client = remote.connect();
        return each(output, id -> {
            var source = client.get(AgentCommand.path(id)).path("source").asString("");
            client.delete(AgentCommand.path(id) + "?reason=" + ApiClient.encoded(reason));
            output.say("removed " + id + afterwards(source));
        });
    }

    private static String afterwards(String source) {
        return source.equals("file")
                ? "; mainstay.yml declares it, so it returns at the next `mainstay up` unless it is taken out there"
                : "";
    }

    private int each(Output output, Consumer<String> order) {
        var exit = ExitCode.OK;
        for (var id : ids) {
            try {
                order.accept(id);
            } catch (CommandFailure failure) {
                output.say("mainstay: " + failure.getMessage());
                exit = exit == ExitCode.OK ? failure.exitCode() : exit;
            }
        }
        return exit;
    }
}
