package dev.mainstay.server.cli;

import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `mainstay anomaly …`. Not thread-safe.
@Command(
        name = "anomaly",
        description = "Shows what was unusual in the metrics of agents, and why.",
        mixinStandardHelpOptions = true)
final class AnomalyCommand implements Runnable {
    private static final String ANOMALIES = "/api/v1/anomalies";
    private static final List<Column> ROW = List.of(
            Column.of("id"),
            Column.of("state"),
            Column.of("agent"),
            Column.of("metric"),
            Column.json("labels"),
            Column.moment("beganAt"),
            Column.moment("endedAt"),
            Column.of("score"),
            Column.json("value"),
            Column.json("expected"),
            Column.of("why"));

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandMissing(spec);
    }

    @Command(name = "list", description = "Lists anomalies, the one found last first.", mixinStandardHelpOptions = true)
    int list(
            @Mixin Remote remote,
            @Mixin Output output,
            @Option(names = "--agent", paramLabel = "ID", description = "Of this agent.") @Nullable String agent,
            @Option(
                            names = "--metric",
                            paramLabel = "NAME",
                            description = "Of this metric, or of those whose names begin so (followed by *).")
                    @Nullable
                    String metric,
            @Option(names = "--state", paramLabel = "STATE", description = "lasting or ended.") @Nullable String state,
            @Option(
                            names = "--since",
                            paramLabel = "TIME",
                            defaultValue = "7d",
                            description = "That lasted since then, or how long ago; ${DEFAULT-VALUE} by default.")
                    String since,
            @Option(
                            names = {"-n", "--limit"},
                            paramLabel = "N",
                            defaultValue = "50",
                            description = "At most so many.")
                    int limit) {
        var query = new LinkedHashMap<String, @Nullable String>();
        query.put("agent", agent);
        query.put("metric", metric);
        query.put("state", state);
        query.put("from", Since.parameter(since));
        output.list(remote.connect().items(ANOMALIES, query, limit), ROW);
        return ExitCode.OK;
    }

    @Command(name = "describe", description = "Shows an anomaly.", mixinStandardHelpOptions = true)
    int describe(@Mixin Remote remote, @Mixin Output output, @Parameters(paramLabel = "ANOMALY") String id) {
        output.one(remote.connect().get(ANOMALIES + "/" + ApiClient.encoded(id)), ROW);
        return ExitCode.OK;
    }
}
