package dev.mainstay.server.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `mainstay advice …`. Not thread-safe.
@Command(
        name = "advice",
        description = "Shows what agents could be set to, and whether it helped.",
        mixinStandardHelpOptions = true)
final class AdviceCommand implements Runnable {
    private static final String ADVICE = "/api/v1/advice";
    private static final List<Column> ROW = List.of(
            Column.of("id"),
            Column.of("state"),
            Column.of("agent"),
            Column.of("kind"),
            Column.of("advice"),
            Column.of("expected"),
            Column.of("measure"),
            Column.of("goal"),
            Column.of("measured"),
            Column.of("unit"),
            Column.moment("givenAt"));

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandMissing(spec);
    }

    @Command(name = "list", description = "Lists advice, newest first.", mixinStandardHelpOptions = true)
    int list(
            @Mixin Remote remote,
            @Mixin Output output,
            @Option(
                            names = "--state",
                            paramLabel = "STATE",
                            description = "open, ignored, taken, confirmed, refuted or obsolete.")
                    @Nullable
                    String state,
            @Option(names = "--agent", paramLabel = "ID", description = "About this agent.") @Nullable String agent,
            @Option(
                            names = {"-n", "--limit"},
                            paramLabel = "N",
                            defaultValue = "50",
                            description = "At most so many.")
                    int limit) {
        var query = new LinkedHashMap<String, @Nullable String>();
        query.put("state", state);
        query.put("agent", agent);
        output.list(remote.connect().items(ADVICE, query, limit), ROW);
        return ExitCode.OK;
    }

    @Command(name = "ignore", description = "Says that nobody wants to hear of it.", mixinStandardHelpOptions = true)
    int ignore(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(paramLabel = "ADVICE") String id,
            @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; kept with the event.")
                    String reason) {
        output.list(
                List.of(remote.connect()
                        .post(ADVICE + "/" + ApiClient.encoded(id) + "/ignore", Map.of("reason", reason))),
                ROW);
        return ExitCode.OK;
    }
}
