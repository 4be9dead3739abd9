package dev.mainstay.server.cli;

import java.util.ArrayList;
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
import tools.jackson.databind.node.ObjectNode;

/// `mainstay metric …`. Not thread-safe.
@Command(name = "metric", description = "Shows metrics, and what is expected of them.", mixinStandardHelpOptions = true)
final class MetricCommand implements Runnable {
    private static final int MOST_SERIES = 100;
    private static final List<Column> SERIES =
            List.of(Column.of("agent"), Column.of("name"), Column.json("labels"), Column.of("unit"));
    private static final List<Column> POINT = with(
            SERIES,
            Column.moment("at"),
            Column.json("value"),
            Column.json("min"),
            Column.json("max"),
            Column.of("count"));
    private static final List<Column> FORECAST = with(
            SERIES,
            Column.moment("at"),
            Column.json("expected"),
            Column.json("low"),
            Column.json("high"),
            Column.of("method"));
    private static final List<Column> CAPACITY = with(
            SERIES,
            Column.moment("at"),
            Column.json("value"),
            Column.json("reaches"),
            Column.moment("reachesAt"),
            Column.of("method"));

    @Spec
    private CommandSpec spec;

    private static List<Column> with(List<Column> columns, Column... more) {
        List<Column> all = new ArrayList<>(columns);
        all.addAll(List.of(more));
        return all;
    }

    @Override
    public void run() {
        throw new CommandMissing(spec);
    }

    @Command(
            name = "query",
            description = "Shows the points of metrics, a line each; of up to 100 series.",
            mixinStandardHelpOptions = true)
    int query(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(
                            paramLabel = "NAME",
                            description = "A metric, or the beginning of names followed by *, such as 'agent.*'.")
                    String name,
            @Option(names = "--agent", paramLabel = "ID", description = "Of this agent.") @Nullable String agent,
            @Option(
                            names = "--since",
                            paramLabel = "TIME",
                            defaultValue = "1h",
                            description = "From how long ago, or when; ${DEFAULT-VALUE} by default.")
                    String since,
            @Option(
                            names = "--resolution",
                            paramLabel = "WORD",
                            description = "auto, raw, 1m or 1h; auto gives up to 1000 points.")
                    @Nullable
                    String resolution) {
        var query = new LinkedHashMap<String, @Nullable String>();
        query.put("name", name);
        query.put("agent", agent);
        query.put("from", Since.parameter(since));
        query.put("resolution", resolution);
        show(output, remote.connect().items("/api/v1/metrics", query, MOST_SERIES), POINT);
        return ExitCode.OK;
    }

    @Command(
            name = "forecast",
            description = "Shows what is expected of metrics; with --reaches, when each reaches a limit.",
            mixinStandardHelpOptions = true)
    int forecast(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(paramLabel = "NAME", description = "A metric, or the beginning of names followed by *.")
                    String name,
            @Option(names = "--agent", paramLabel = "ID", description = "Of this agent.") @Nullable String agent,
            @Option(
                            names = "--ahead",
                            paramLabel = "TIME",
                            defaultValue = "1d",
                            description = "How far; ${DEFAULT-VALUE} by default, 30d at most.")
                    String ahead,
            @Option(names = "--reaches", paramLabel = "LIMIT", description = "A limit in the metric's unit.") @Nullable
                    String reaches) {
        var query = new LinkedHashMap<String, @Nullable String>();
        query.put("name", name);
        query.put("agent", agent);
        query.put("ahead", GivenDuration.of("--ahead", ahead));
        query.put("reaches", reaches);
        List<JsonNode> series = remote.connect().items("/api/v1/metrics/forecast", query, MOST_SERIES);
        if (reaches == null) {
            show(output, series, FORECAST);
        } else {
            output.list(series, CAPACITY);
        }
        return ExitCode.OK;
    }

    /// Series as they come for programs; for people and CSV a line a point.
    private static void show(Output output, List<JsonNode> series, List<Column> columns) {
        boolean isFlat = output.format() == Output.Format.TABLE || output.format() == Output.Format.CSV;
        output.list(isFlat ? points(series) : series, columns);
    }

    private static List<JsonNode> points(List<JsonNode> series) {
        List<JsonNode> points = new ArrayList<>();
        for (JsonNode each : series) {
            for (JsonNode point : each.path("points")) {
                ObjectNode line = ((ObjectNode) each).deepCopy();
                line.remove("points");
                ((ObjectNode) point).properties().forEach(entry -> line.set(entry.getKey(), entry.getValue()));
                points.add(line);
            }
        }
        return points;
    }
}
