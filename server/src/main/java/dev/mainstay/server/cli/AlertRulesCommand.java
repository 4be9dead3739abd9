package dev.mainstay.server.cli;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `mainstay alert rules`, and what changes them. Not thread-safe.
@Command(
        name = "rules",
        description = "Lists what is looked for; the commands below change it.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  mainstay alert rules",
            "  mainstay alert rules put orders-late '{\"metric\": \"orders.age\", \"of\": \"max\", \"above\": 600}'",
            "  mainstay alert rules disable health-low --reason 'the supplier is slow this week'"
        })
final class AlertRulesCommand implements Callable<Integer> {
    private static final String RULES = "/api/v1/alert-rules";
    private static final List<Column> RULE = List.of(
            Column.of("name"),
            Column.of("source"),
            Column.of("enabled"),
            Column.json("definition"),
            Column.of("problem"));

    @Mixin
    private Remote remote;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        output.list(remote.connect().get(RULES).path("items").valueStream().toList(), RULE);
        return ExitCode.OK;
    }

    private static String path(String name) {
        return RULES + "/" + ApiClient.encoded(name);
    }

    @Command(
            name = "put",
            description = "Makes a rule, or changes it; one of a builtin name stands in its place.",
            mixinStandardHelpOptions = true)
    int put(
            @Mixin Remote there,
            @Mixin Output shown,
            @Parameters(paramLabel = "NAME") String name,
            @Parameters(paramLabel = "JSON", description = "What mainstay.yml takes, as JSON; - reads stdin.")
                    String definition,
            @Option(names = "--unknown-metric", description = "The metric may be one that is still to come.")
                    boolean unknown)
            throws IOException {
        var query = new LinkedHashMap<String, @Nullable String>();
        query.put("unknownMetric", unknown ? "allow" : null);
        var rule = there.connect().put(path(name) + ApiClient.query(query), GivenJson.of("rule", definition));
        shown.list(List.of(rule), RULE);
        return ExitCode.OK;
    }

    @Command(
            name = "delete",
            description = "Deletes a rule that was put; a builtin one that it replaced comes back.",
            mixinStandardHelpOptions = true)
    int delete(
            @Mixin Remote there,
            @Parameters(paramLabel = "NAME") String name,
            @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; kept in an event.")
                    String reason) {
        var query = new LinkedHashMap<String, @Nullable String>(Map.of("reason", reason));
        there.connect().delete(path(name) + ApiClient.query(query));
        return ExitCode.OK;
    }

    @Command(name = "enable", description = "Switches a rule on.", mixinStandardHelpOptions = true)
    int enable(
            @Mixin Remote there,
            @Mixin Output shown,
            @Parameters(paramLabel = "NAME") String name,
            @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; kept in an event.")
                    String reason) {
        return turn(there, shown, name, "enable", reason);
    }

    @Command(
            name = "disable",
            description = "Switches a rule off, whoever made it; it stays off over starts.",
            mixinStandardHelpOptions = true)
    int disable(
            @Mixin Remote there,
            @Mixin Output shown,
            @Parameters(paramLabel = "NAME") String name,
            @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; kept in an event.")
                    String reason) {
        return turn(there, shown, name, "disable", reason);
    }

    private static int turn(Remote there, Output shown, String name, String how, String reason) {
        shown.list(List.of(there.connect().post(path(name) + "/" + how, Map.of("reason", reason))), RULE);
        return ExitCode.OK;
    }
}
