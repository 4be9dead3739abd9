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
import tools.jackson.databind.JsonNode;

/// `mainstay recovery …`. Not thread-safe.
@Command(
        name = "recovery",
        description = "Looks at what was healed and how, and lets grave actions be done.",
        mixinStandardHelpOptions = true)
final class RecoveryCommand implements Runnable {
    private static final String RECOVERIES = "/api/v1/recoveries";
    private static final List<Column> ROW = List.of(
            Column.of("id"),
            Column.of("state"),
            Column.of("agent"),
            Column.of("cause"),
            Column.of("summary"),
            Column.of("outcome"),
            Column.moment("detectedAt"),
            Column.moment("endedAt"));
    private static final List<Column> ACTION = List.of(
            Column.of("ordinal"),
            Column.of("action"),
            Column.of("healed"),
            Column.of("reason"),
            Column.moment("decidedAt"),
            Column.moment("endedAt"),
            Column.of("error"),
            Column.of("task"));
    private static final List<Column> SUCCESS = List.of(
            Column.of("cause"),
            Column.of("episodes"),
            Column.of("recovered"),
            Column.of("escalated"),
            Column.of("medianSecondsToDetect"),
            Column.of("medianSecondsToRecover"));

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandMissing(spec);
    }

    @Command(name = "list", description = "Lists episodes, newest first.", mixinStandardHelpOptions = true)
    int list(
            @Mixin Remote remote,
            @Mixin Output output,
            @Option(
                            names = "--state",
                            paramLabel = "STATE",
                            description = "detected, approval, acting, verifying, recovered or escalated.")
                    @Nullable
                    String state,
            @Option(names = "--agent", paramLabel = "ID", description = "Of this agent.") @Nullable String agent,
            @Option(
                            names = {"-n", "--limit"},
                            paramLabel = "N",
                            defaultValue = "50",
                            description = "At most so many.")
                    int limit) {
        var query = new LinkedHashMap<String, @Nullable String>();
        query.put("state", state);
        query.put("agent", agent);
        output.list(remote.connect().items(RECOVERIES, query, limit), ROW);
        return ExitCode.OK;
    }

    @Command(
            name = "describe",
            description = "Shows an episode: what was decided and why, what was done, and whether it helped.",
            mixinStandardHelpOptions = true)
    int describe(@Mixin Remote remote, @Mixin Output output, @Parameters(paramLabel = "RECOVERY") String id) {
        var recovery = remote.connect().get(path(id));
        output.one(recovery, ROW);
        if (output.format() == Output.Format.TABLE && !recovery.path("actions").isEmpty()) {
            output.out().println();
            output.list(recovery.path("actions").valueStream().toList(), ACTION);
        }
        return ExitCode.OK;
    }

    private static String path(String id) {
        return RECOVERIES + "/" + ApiClient.encoded(id);
    }

    @Command(
            name = "approve",
            description = "Lets the action be done for which an episode waits.",
            mixinStandardHelpOptions = true)
    int approve(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(paramLabel = "RECOVERY") String id,
            @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; kept with the event.")
                    String reason) {
        output.list(List.of(remote.connect().post(path(id) + "/approve", Map.of("reason", reason))), ROW);
        return ExitCode.OK;
    }

    @Command(name = "success", description = "Shows how well healing does, by cause.", mixinStandardHelpOptions = true)
    int success(@Mixin Remote remote, @Mixin Output output) {
        output.list(whole(remote, "/api/v1/recovery-success"), SUCCESS);
        return ExitCode.OK;
    }

    private static List<JsonNode> whole(Remote remote, String path) {
        return remote.connect().get(path).path("items").valueStream().toList();
    }
}
