package dev.mainstay.server.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `mainstay agent health`. Not thread-safe.
@Command(
        name = "health",
        description = "Shows the health of an agent, of a group, or without either of the system, with all parts.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  mainstay agent health shop",
            "  mainstay agent health shop --at 2026-11-20T11:42:00Z",
            "  mainstay agent health --group checkout"
        })
final class AgentHealth implements Callable<Integer> {
    private static final String HEALTH = "/api/v1/health";
    private static final List<Column> ALL = List.of(
            Column.of("agent"),
            Column.of("group"),
            Column.moment("at"),
            Column.of("score", health -> Column.score(health.path("score"))),
            Column.of("band"),
            Column.moment("bandSince"),
            Column.of("stored", health -> Column.score(health.path("stored"))),
            Column.of("note"));
    private static final List<Column> PART = List.of(
            Column.of("name"),
            Column.of("weight"),
            Column.of("value"),
            Column.of("score", part -> Column.score(part.path("score"))),
            Column.of("lost", part -> Column.score(part.path("lost"))),
            Column.of("rows", "evidence", evidence -> Column.text(evidence.path("rows"))),
            Column.of("notJudged", "evidence", evidence -> Column.text(evidence.path("notJudged"))));

    @Mixin
    private Remote remote;

    @Mixin
    private Output output;

    @Parameters(paramLabel = "ID", arity = "0..1", description = "The agent.")
    private @Nullable String id;

    @Option(names = "--group", paramLabel = "NAME", description = "Of the agents of this group, their mean.")
    private @Nullable String group;

    @Option(
            names = "--at",
            paramLabel = "TIME",
            description =
                    "At a moment such as 2026-01-31T12:00:00Z, or so long ago as 2h: computed again from the rows.")
    private @Nullable String at;

    @Override
    public Integer call() {
        if (id != null && group != null) {
            throw new CommandFailure(ExitCode.USAGE, "give an agent or --group, not both");
        }
        var path = id != null
                ? AgentCommand.path(id) + "/health"
                : group == null ? HEALTH : HEALTH + "/groups/" + ApiClient.encoded(group);
        var health = remote.connect()
                .get(at == null ? path : path + "?at=" + ApiClient.encoded(Since.parameter("--at", at)));
        output.one(health, ALL);
        var parts = health.path("parts").valueStream().toList();
        if (output.format() == Output.Format.TABLE && !parts.isEmpty()) {
            output.out().println();
            output.list(parts, PART);
        }
        return ExitCode.OK;
    }
}
