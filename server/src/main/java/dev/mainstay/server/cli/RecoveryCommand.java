package dev.mainstay.server.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// `mainstay recovery …`. Not thread-safe.
@Command(
        name = "recovery",
        description = "Looks at what was healed and how, lets grave actions be done, and takes them back.",
        mixinStandardHelpOptions = true)
final class RecoveryCommand implements Runnable {
    private static final String RECOVERIES = "/api/v1/recoveries";
    private static final List<Column> ROW = List.of(
            Column.of("id"),
            Column.of("state"),
            Column.of("agent"),
            Column.of("queue"),
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
            Column.of("reversible"),
            Column.moment("undoneAt"),
            Column.of("error"),
            Column.of("task"));
    private static final List<Column> SUCCESS = List.of(
            Column.of("cause"),
            Column.of("episodes"),
            Column.of("recovered"),
            Column.of("escalated"),
            Column.of("endedByItself"),
            Column.of("successRate"),
            Column.of("medianSecondsToDetect"),
            Column.of("medianSecondsToRecover"),
            Column.of("meanSecondsToRecover"),
            Column.of("falseRestarts"));
    private static final List<Column> PLAYBOOK = List.of(
            Column.of("cause"),
            Column.of("rules"),
            Column.of("actions"),
            Column.of("verifyWithin"),
            Column.of("coolDown"),
            Column.of("budget"),
            Column.of("per"));

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

    @Command(
            name = "undo",
            description =
                    "Takes back what was done in an episode: the newest action that can be taken back, or the one named.",
            mixinStandardHelpOptions = true)
    int undo(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(paramLabel = "RECOVERY") String id,
            @Option(names = "--action", paramLabel = "N", description = "Its number in `recovery describe`.") @Nullable
                    Integer action,
            @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; kept with the event.")
                    String reason) {
        Map<String, Object> body =
                action == null ? Map.of("reason", reason) : Map.of("reason", reason, "action", action);
        output.list(List.of(remote.connect().post(path(id) + "/undo", body)), ROW);
        return ExitCode.OK;
    }

    @Command(
            name = "playbooks",
            description = "Shows what each cause is answered with, and how often each action has helped.",
            mixinStandardHelpOptions = true)
    int playbooks(@Mixin Remote remote, @Mixin Output output) {
        JsonNode answer = remote.connect().get("/api/v1/recovery-playbooks");
        if (output.format() == Output.Format.TABLE) {
            output.out().println(policy(answer));
            output.list(
                    answer.path("items").valueStream().map(RecoveryCommand::row).toList(), PLAYBOOK);
        } else {
            output.one(answer, PLAYBOOK);
        }
        return ExitCode.OK;
    }

    private static String policy(JsonNode answer) {
        return answer.path("mode").isNull()
                ? "No node heals yet."
                : "Healing is %s; at most %.0f %% of the agents at once, risk up to %s unasked, learning %s."
                        .formatted(
                                answer.path("mode").asString(),
                                100 * answer.path("share").asDouble(),
                                answer.path("approvedUpTo").asString(),
                                answer.path("learning").asBoolean() ? "on" : "off");
    }

    private static JsonNode row(JsonNode playbook) {
        ObjectNode row = (ObjectNode) playbook.deepCopy();
        row.put("rules", texts(playbook.path("rules").valueStream().map(JsonNode::asString)));
        row.put("actions", texts(playbook.path("actions").valueStream().map(RecoveryCommand::known)));
        return row;
    }

    private static String texts(Stream<String> texts) {
        return texts.collect(Collectors.joining(", "));
    }

    private static String known(JsonNode action) {
        long tried = action.path("tried").asLong();
        String name = action.path("action").asString();
        return tried == 0 ? name : name + " (" + action.path("healed").asLong() + "/" + tried + ")";
    }

    private static List<JsonNode> whole(Remote remote, String path) {
        return remote.connect().get(path).path("items").valueStream().toList();
    }
}
