package dev.mainstay.server.cli;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/// `mainstay agent …`. Not thread-safe.
@Command(
        name = "agent",
        description = "Looks at agents and tells them what to do.",
        mixinStandardHelpOptions = true,
        subcommands = {AgentHealth.class, AgentLogs.class, AgentDocs.class},
        footer = {
            "",
            "Examples:",
            "  mainstay agent list --no-slots",
            "  mainstay agent list --state failed,quarantined",
            "  mainstay agent describe shop",
            "  mainstay agent pause shop --reason \"the supplier is down until noon\""
        })
final class AgentCommand implements Runnable {
    private static final String AGENTS = "/api/v1/agents";
    private static final List<Column> ROW = List.of(
            Column.of("id"),
            Column.of("kind"),
            Column.state(),
            Column.of("desired"),
            Column.health(agent -> agent.path("health")),
            Column.of("node"),
            Column.moment("lastHeartbeat"),
            Column.of("ticks"),
            Column.of("failures"));
    private static final List<Column> ALL = List.of(
            Column.of("id"),
            Column.of("kind"),
            Column.of("category"),
            Column.of("description"),
            Column.of("source"),
            Column.state(),
            Column.moment("stateSince"),
            Column.of("cause"),
            Column.of("desired"),
            Column.of("phase"),
            Column.health(agent -> agent.path("health")),
            Column.of("node"),
            Column.of("fence"),
            Column.of("group"),
            Column.moment("lastHeartbeat"),
            Column.of("ticks"),
            Column.of("failures"),
            Column.of("restarts"),
            Column.of("items"),
            Column.of("lastDurationMs"),
            Column.of("lastError"),
            Column.of("schedule"),
            Column.of("settings"),
            Column.of("capabilities"),
            Column.of("dataSources"),
            Column.moment("quarantineUntil"));
    static final List<Column> EVENT = List.of(
            Column.moment("at"),
            Column.of("severity"),
            Column.of("type"),
            Column.of("agent"),
            Column.of("node"),
            Column.of("change", EventChange::text),
            Column.of("cause"));

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandMissing(spec);
    }

    @Command(name = "list", description = "Lists agents.", mixinStandardHelpOptions = true)
    int list(
            @Mixin Remote remote,
            @Mixin Output output,
            @Option(names = "--state", paramLabel = "STATE,…", description = "Only in these states.") @Nullable
                    String state,
            @Option(names = "--kind", paramLabel = "KIND", description = "Only of this kind.") @Nullable String kind,
            @Option(names = "--category", paramLabel = "CATEGORY", description = "Only of this category.") @Nullable
                    String category,
            @Option(names = "--capability", paramLabel = "CAPABILITY", description = "Only those that can do this.")
                    @Nullable
                    String capability,
            @Option(names = "--node", paramLabel = "NODE", description = "Only those on this node.") @Nullable
                    String node,
            @Option(names = "-q", paramLabel = "TEXT", description = "Only with this in id, kind or description.")
                    @Nullable
                    String text,
            @Option(names = "--no-slots", description = "Without the slots that wait for an agent; they come last.")
                    boolean withoutSlots,
            @Option(names = "--limit", paramLabel = "COUNT", defaultValue = "100000", description = "At most so many.")
                    int limit) {
        var query = new LinkedHashMap<String, @Nullable String>();
        query.put("state", state);
        query.put("kind", kind);
        query.put("category", category);
        query.put("capability", capability);
        query.put("node", node);
        query.put("q", text);
        var agents = remote.connect().items(AGENTS, query, limit).stream()
                .filter(agent -> !withoutSlots || !isSlot(agent))
                .sorted(Comparator.comparing(AgentCommand::isSlot))
                .toList();
        output.list(agents, ROW);
        return ExitCode.OK;
    }

    private static boolean isSlot(JsonNode agent) {
        return agent.path("source").asString("").equals("slot")
                && agent.path("state").asString("").equals("inactive");
    }

    @Command(
            name = "describe",
            description = "Shows everything about an agent, its health with all parts included.",
            mixinStandardHelpOptions = true)
    int describe(@Mixin Remote remote, @Mixin Output output, @Parameters(paramLabel = "ID") String id) {
        var client = remote.connect();
        var agent = client.get(path(id));
        output.one(agent, ALL);
        if (output.format() == Output.Format.TABLE) {
            var parts =
                    client.get(path(id) + "/health").path("parts").valueStream().toList();
            if (!parts.isEmpty()) {
                output.out().println();
                output.list(
                        parts,
                        List.of(
                                Column.of("name"),
                                Column.of("weight"),
                                Column.of("score", part -> Column.score(part.path("score"))),
                                Column.of("evidence")));
            }
        }
        return ExitCode.OK;
    }

    @Command(
            name = "events",
            description = "Lists what happened to an agent, newest first.",
            mixinStandardHelpOptions = true)
    int events(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(paramLabel = "ID") String id,
            @Option(
                            names = "--type",
                            paramLabel = "TYPE",
                            description = "Only this type, or those that begin so: agent.*")
                    @Nullable
                    String type,
            @Option(names = "--severity", paramLabel = "SEVERITY", description = "This severity and those above it.")
                    @Nullable
                    String severity,
            @Option(
                            names = "--since",
                            paramLabel = "TIME",
                            defaultValue = "24h",
                            description = "How far back; ${DEFAULT-VALUE} by default.")
                    String since,
            @Option(
                            names = {"-n", "--limit"},
                            paramLabel = "COUNT",
                            defaultValue = "100",
                            description = "At most so many; ${DEFAULT-VALUE} by default.")
                    int limit) {
        var query = new LinkedHashMap<String, @Nullable String>();
        query.put("type", type);
        query.put("severity", severity);
        query.put("from", Since.parameter(since));
        output.list(remote.connect().items(path(id) + "/events", query, limit), EVENT);
        return ExitCode.OK;
    }

    @Command(
            name = "pause",
            description = "Lets agents not tick until they are resumed.",
            mixinStandardHelpOptions = true)
    int pause(@Mixin Remote remote, @Mixin Output output, @Mixin Order order) {
        return order.give("pause", remote, output);
    }

    @Command(
            name = "resume",
            description = "Runs agents again after a pause, maintenance or shutdown.",
            mixinStandardHelpOptions = true)
    int resume(@Mixin Remote remote, @Mixin Output output, @Mixin Order order) {
        return order.give("resume", remote, output);
    }

    @Command(
            name = "maintenance",
            description = "Takes agents out of work for maintenance.",
            mixinStandardHelpOptions = true)
    int maintenance(@Mixin Remote remote, @Mixin Output output, @Mixin Order order) {
        return order.give("maintenance", remote, output);
    }

    @Command(
            name = "restart",
            description = "Stops and starts agents; ends a quarantine.",
            mixinStandardHelpOptions = true)
    int restart(@Mixin Remote remote, @Mixin Output output, @Mixin Order order) {
        return order.give("restart", remote, output);
    }

    @Command(
            name = "shutdown",
            description = "Stops agents until they are resumed or restarted.",
            mixinStandardHelpOptions = true)
    int shutdown(@Mixin Remote remote, @Mixin Output output, @Mixin Order order) {
        return order.give("shutdown", remote, output);
    }

    @Command(
            name = "remove",
            description = {
                "Removes agents that were shut down and are wanted no more.",
                "What they did is kept until retention. One that a node still declares comes back when that starts anew."
            },
            mixinStandardHelpOptions = true)
    int remove(@Mixin Remote remote, @Mixin Output output, @Mixin Order order) {
        return order.remove(remote, output);
    }

    static String path(String id) {
        return AGENTS + "/" + ApiClient.encoded(id);
    }
}
