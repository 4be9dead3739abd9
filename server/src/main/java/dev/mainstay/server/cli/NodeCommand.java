package dev.mainstay.server.cli;

import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `mainstay node …`. Not thread-safe.
@Command(
        name = "node",
        description = "Looks at the processes that run agents, drains them, and takes that back.",
        mixinStandardHelpOptions = true)
final class NodeCommand implements Runnable {
    private static final List<Column> NODE = List.of(
            Column.of("id"),
            Column.of("state"),
            Column.of("agents"),
            Column.of("duties"),
            Column.of("host"),
            Column.of("address"),
            Column.of("version"),
            Column.moment("startedAt"),
            Column.moment("lastBeat"),
            Column.of("endCause"));

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandMissing(spec);
    }

    @Command(
            name = "list",
            description = "Lists the nodes that run, and with --all those that ended within the hour.",
            mixinStandardHelpOptions = true)
    int list(
            @Mixin Remote remote,
            @Mixin Output output,
            @Option(names = "--all", description = "Also those that ended.") boolean all) {
        var nodes = remote.connect()
                .get("/api/v1/nodes")
                .path("items")
                .valueStream()
                .filter(node -> all || !node.path("state").asString("").equals("ended"))
                .toList();
        output.list(nodes, NODE);
        return ExitCode.OK;
    }

    @Command(
            name = "drain",
            description = "Lets a node hand its agents to the others and take no new ones.",
            mixinStandardHelpOptions = true)
    int drain(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(paramLabel = "NODE") String node,
            @Option(
                            names = "--reason",
                            paramLabel = "TEXT",
                            defaultValue = "asked for on the command line",
                            description = "Why; kept with the event.")
                    String reason,
            @Option(names = "--force", description = "Also the last node that takes agents.") boolean force) {
        return tell(remote, output, node, "drain", Map.of("reason", reason, "force", force));
    }

    @Command(name = "undrain", description = "Lets a drained node take agents again.", mixinStandardHelpOptions = true)
    int undrain(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(paramLabel = "NODE") String node,
            @Option(
                            names = "--reason",
                            paramLabel = "TEXT",
                            defaultValue = "asked for on the command line",
                            description = "Why; kept with the event.")
                    String reason) {
        return tell(remote, output, node, "undrain", Map.of("reason", reason));
    }

    private static int tell(Remote remote, Output output, String node, String order, Map<String, ?> body) {
        var told = remote.connect().post("/api/v1/nodes/" + ApiClient.encoded(node) + "/" + order, body);
        output.list(List.of(told), NODE);
        return ExitCode.OK;
    }
}
