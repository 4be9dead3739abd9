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
import tools.jackson.databind.JsonNode;

/// `mainstay slo …`. Not thread-safe.
@Command(
        name = "slo",
        description = "Looks at what agents and queues promise, and how much of it is kept; declares more.",
        mixinStandardHelpOptions = true,
        footer = {"", "Examples:", "  mainstay slo list --urgency page", "  mainstay slo describe orders-in-time"})
final class SloCommand implements Runnable {
    private static final String SLOS = "/api/v1/slos";
    private static final List<Column> ROW = List.of(
            Column.of("name"),
            Column.of("agent"),
            Column.of("queue"),
            Column.of("indicator"),
            Column.of("objective"),
            Column.of("reached", "status", status -> Column.text(status.path("reached"))),
            Column.of("budgetLeft", "status", status -> percent(status.path("budgetLeft"))),
            Column.of("urgency", "status", status -> Column.text(status.path("urgency"))),
            Column.of("summary", "status", status -> Column.text(status.path("summary"))));
    private static final List<Column> ALL = List.of(
            Column.of("name"),
            Column.of("source"),
            Column.of("agent"),
            Column.of("queue"),
            Column.of("indicator"),
            Column.of("objective"),
            Column.of("within"),
            Column.of("metric"),
            Column.of("atMost"),
            Column.of("atLeast"),
            Column.of("period"),
            Column.of("minEvents"),
            Column.of("description"),
            Column.moment("countedFrom"),
            Column.of("reached", "status", status -> Column.text(status.path("reached"))),
            Column.of("budgetLeft", "status", status -> percent(status.path("budgetLeft"))),
            Column.of("good", "status", status -> Column.text(status.path("good"))),
            Column.of("total", "status", status -> Column.text(status.path("total"))),
            Column.of("urgency", "status", status -> Column.text(status.path("urgency"))),
            Column.of("summary", "status", status -> Column.text(status.path("summary"))));
    private static final List<Column> WINDOW = List.of(
            Column.of("window"),
            Column.of("good"),
            Column.of("total"),
            Column.of("burnRate"),
            Column.of("burnRateAtLeast"));

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandMissing(spec);
    }

    private static String percent(JsonNode share) {
        return share.isNumber() ? Math.round(share.asDouble() * 100) + " %" : "";
    }

    @Command(name = "list", description = "Lists them by name.", mixinStandardHelpOptions = true)
    int list(
            @Mixin Remote remote,
            @Mixin Output output,
            @Option(names = "--agent", paramLabel = "ID", description = "Of this agent.") @Nullable String agent,
            @Option(names = "--queue", paramLabel = "NAME", description = "Of this queue.") @Nullable String queue,
            @Option(
                            names = "--urgency",
                            paramLabel = "WORD",
                            description = "Those whose error budget burns so fast: page or ticket.")
                    @Nullable
                    String urgency,
            @Option(
                            names = {"-n", "--limit"},
                            paramLabel = "N",
                            defaultValue = "100",
                            description = "At most so many.")
                    int limit) {
        var query = new LinkedHashMap<String, @Nullable String>();
        query.put("agent", agent);
        query.put("queue", queue);
        query.put("urgency", urgency);
        output.list(remote.connect().items(SLOS, query, limit), ROW);
        return ExitCode.OK;
    }

    @Command(
            name = "describe",
            description = "Shows one with all its windows and how fast its error budget burns in each.",
            mixinStandardHelpOptions = true)
    int describe(@Mixin Remote remote, @Mixin Output output, @Parameters(paramLabel = "NAME") String name) {
        var slo = remote.connect().get(SLOS + "/" + ApiClient.encoded(name));
        output.one(slo, ALL);
        var windows = slo.path("status").path("windows").valueStream().toList();
        if (output.format() == Output.Format.TABLE && !windows.isEmpty()) {
            output.out().println();
            output.list(windows, WINDOW);
        }
        return ExitCode.OK;
    }

    @Command(
            name = "declare",
            description = {
                "Declares an SLO, or changes the one of that name.",
                "What the settings declare is changed there, in the section slos of mainstay.yml."
            },
            mixinStandardHelpOptions = true)
    int declare(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(paramLabel = "NAME") String name,
            @Option(names = "--agent", paramLabel = "ID", description = "Whose promise it is.") @Nullable String agent,
            @Option(names = "--queue", paramLabel = "NAME", description = "Or of which queue.") @Nullable String queue,
            @Option(
                            names = "--indicator",
                            required = true,
                            paramLabel = "WORD",
                            description = "success, latency, heartbeat, cost or quality; a queue has the first two.")
                    String indicator,
            @Option(
                            names = "--objective",
                            required = true,
                            paramLabel = "PERCENT",
                            description = "How many percent are to be good, such as 99.5.")
                    double objective,
            @Option(names = "--within", paramLabel = "DURATION", description = "How long one may take; for latency.")
                    @Nullable
                    String within,
            @Option(names = "--metric", paramLabel = "NAME", description = "The metric; for cost and quality.")
                    @Nullable
                    String metric,
            @Option(names = "--at-most", paramLabel = "VALUE", description = "What a point may be; for cost.") @Nullable
                    Double atMost,
            @Option(names = "--at-least", paramLabel = "VALUE", description = "What a point must be; for quality.")
                    @Nullable
                    Double atLeast,
            @Option(names = "--period", paramLabel = "DURATION", description = "Of the error budget; 30d if not given.")
                    @Nullable
                    String period,
            @Option(names = "--min-events", paramLabel = "COUNT", description = "For an alert; 10 if not given.")
                    @Nullable
                    Integer minEvents,
            @Option(names = "--description", paramLabel = "TEXT", description = "What it is for.") @Nullable
                    String description) {
        var body = new LinkedHashMap<String, @Nullable Object>();
        body.put("name", name);
        body.put("agent", agent);
        body.put("queue", queue);
        body.put("indicator", indicator);
        body.put("objective", objective);
        body.put("within", GivenDuration.ofNullable("--within", within));
        body.put("metric", metric);
        body.put("atMost", atMost);
        body.put("atLeast", atLeast);
        body.put("period", GivenDuration.ofNullable("--period", period));
        body.put("minEvents", minEvents);
        body.put("description", description);
        output.list(List.of(remote.connect().post(SLOS, body)), ROW);
        return ExitCode.OK;
    }

    @Command(
            name = "remove",
            description = "Removes an SLO that a request declared, with what was counted of it.",
            mixinStandardHelpOptions = true)
    int remove(@Mixin Remote remote, @Parameters(paramLabel = "NAME") String name) {
        remote.connect().delete(SLOS + "/" + ApiClient.encoded(name));
        return ExitCode.OK;
    }
}
