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

/// `mainstay alert …`. Not thread-safe.
@Command(
        name = "alert",
        description = "Looks at alerts, and answers them.",
        mixinStandardHelpOptions = true,
        subcommands = {AlertRulesCommand.class, NotifierDocs.class},
        footer = {
            "",
            "Examples:",
            "  mainstay alert list --state firing",
            "  mainstay alert ack 019a9f5e-7c10-7cc3-98a4-0f2d6f0e4a11 --note 'on it'",
            "  mainstay alert test ops",
            "  mainstay alert silence --agent price-sync --for 2h --reason 'the warehouse moves' --maintenance"
        })
final class AlertCommand implements Runnable {
    private static final String ALERTS = "/api/v1/alerts";
    private static final String SILENCES = "/api/v1/silences";
    private static final List<Column> ROW = List.of(
            Column.of("id"),
            Column.of("severity"),
            Column.of("state"),
            Column.of("rule"),
            Column.of("agent"),
            Column.of("summary"),
            Column.moment("firedAt"),
            Column.of("told"));
    private static final List<Column> ALL = List.of(
            Column.of("id"),
            Column.of("rule"),
            Column.of("severity"),
            Column.of("state"),
            Column.of("agent"),
            Column.of("node"),
            Column.json("labels"),
            Column.of("summary"),
            Column.of("value"),
            Column.json("evidence"),
            Column.of("runbook"),
            Column.moment("beganAt"),
            Column.moment("firedAt"),
            Column.moment("acknowledgedAt"),
            Column.of("acknowledgedBy"),
            Column.of("note"),
            Column.moment("resolvedAt"),
            Column.of("resolvedBy"),
            Column.of("openings"),
            Column.of("flapping"),
            Column.of("told"),
            Column.of("inhibitedBy"),
            Column.of("silence"));
    private static final List<Column> IMPACT = List.of(
            Column.json("lost"),
            Column.json("usualAnHour"),
            Column.json("produced"),
            Column.moment("since"),
            Column.moment("from"),
            Column.moment("to"));
    private static final List<Column> TRIAL =
            List.of(Column.of("notifier"), Column.of("taken"), Column.of("answer"), Column.of("millis"));
    private static final List<Column> NOTIFICATION = List.of(
            Column.of("id"),
            Column.moment("createdAt"),
            Column.of("notifier"),
            Column.of("kind"),
            Column.of("group"),
            Column.of("severity"),
            Column.of("state"),
            Column.of("attempts"),
            Column.moment("nextTryAt"),
            Column.of("error"));
    private static final List<Column> SILENCE = List.of(
            Column.of("id"),
            Column.of("kind"),
            Column.of("rule"),
            Column.of("agent"),
            Column.of("node"),
            Column.of("severity"),
            Column.moment("startsAt"),
            Column.moment("endsAt"),
            Column.of("reason"),
            Column.of("actor"));

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandMissing(spec);
    }

    @Command(name = "list", description = "Lists alerts, newest first.", mixinStandardHelpOptions = true)
    int list(
            @Mixin Remote remote,
            @Mixin Output output,
            @Option(names = "--state", paramLabel = "STATE", description = "pending, firing, acknowledged or resolved.")
                    @Nullable
                    String state,
            @Option(names = "--rule", paramLabel = "NAME", description = "Of this rule.") @Nullable String rule,
            @Option(names = "--agent", paramLabel = "ID", description = "Of this agent.") @Nullable String agent,
            @Option(
                            names = {"-n", "--limit"},
                            paramLabel = "N",
                            defaultValue = "50",
                            description = "At most so many.")
                    int limit) {
        var query = new LinkedHashMap<String, @Nullable String>();
        query.put("state", state);
        query.put("rule", rule);
        query.put("agent", agent);
        output.list(remote.connect().items(ALERTS, query, limit), ROW);
        return ExitCode.OK;
    }

    @Command(
            name = "describe",
            description = "Shows all of an alert, with its evidence.",
            mixinStandardHelpOptions = true)
    int describe(@Mixin Remote remote, @Mixin Output output, @Parameters(paramLabel = "ALERT") String id) {
        output.one(remote.connect().get(path(id)), ALL);
        return ExitCode.OK;
    }

    @Command(
            name = "impact",
            description = "Estimates what an alert costs so far, from what the agent's work usually brings in.",
            mixinStandardHelpOptions = true)
    int impact(@Mixin Remote remote, @Mixin Output output, @Parameters(paramLabel = "ALERT") String id) {
        output.list(whole(remote, path(id) + "/impact"), IMPACT);
        return ExitCode.OK;
    }

    private static String path(String id) {
        return ALERTS + "/" + ApiClient.encoded(id);
    }

    @Command(
            name = "ack",
            description = "Says that somebody takes care of it: nobody further up is told.",
            mixinStandardHelpOptions = true)
    int acknowledge(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(paramLabel = "ALERT") String id,
            @Option(names = "--note", paramLabel = "TEXT", description = "What is done about it.") @Nullable
                    String note) {
        return answer(remote, output, id, "acknowledge", note);
    }

    @Command(
            name = "resolve",
            description = "Says that it is over. Should its condition still hold, it fires again.",
            mixinStandardHelpOptions = true)
    int resolve(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(paramLabel = "ALERT") String id,
            @Option(names = "--note", paramLabel = "TEXT", description = "What was done about it.") @Nullable
                    String note) {
        return answer(remote, output, id, "resolve", note);
    }

    private static int answer(Remote remote, Output output, String id, String answer, @Nullable String note) {
        var told = remote.connect().post(path(id) + "/" + answer, note == null ? Map.of() : Map.of("note", note));
        output.list(List.of(told), ROW);
        return ExitCode.OK;
    }

    @Command(
            name = "test",
            description = "Sends a test through a notifier now, and shows what was answered.",
            mixinStandardHelpOptions = true)
    int test(@Mixin Remote remote, @Mixin Output output, @Parameters(paramLabel = "NOTIFIER") String name) {
        var trial = remote.connect().post("/api/v1/notifiers/" + ApiClient.encoded(name) + "/test", Map.of());
        output.list(List.of(trial), TRIAL);
        return trial.path("taken").asBoolean() ? ExitCode.OK : ExitCode.FAILURE;
    }

    @Command(
            name = "history",
            description = "Lists who was told of what, and what came of it, newest first.",
            mixinStandardHelpOptions = true)
    int history(
            @Mixin Remote remote,
            @Mixin Output output,
            @Option(names = "--state", paramLabel = "STATE", description = "waiting, sent or given-up.") @Nullable
                    String state,
            @Option(names = "--notifier", paramLabel = "NAME", description = "Through this notifier.") @Nullable
                    String notifier,
            @Option(names = "--alert", paramLabel = "ID", description = "About this alert.") @Nullable String alert,
            @Option(
                            names = {"-n", "--limit"},
                            paramLabel = "N",
                            defaultValue = "50",
                            description = "At most so many.")
                    int limit) {
        var query = new LinkedHashMap<String, @Nullable String>();
        query.put("state", state);
        query.put("notifier", notifier);
        query.put("alert", alert);
        output.list(remote.connect().items("/api/v1/notifications", query, limit), NOTIFICATION);
        return ExitCode.OK;
    }

    @Command(
            name = "silence",
            description = "Lets matching alerts be told to nobody, and healed by nobody, for a while.",
            mixinStandardHelpOptions = true)
    int silence(
            @Mixin Remote remote,
            @Mixin Output output,
            @Option(names = "--rule", paramLabel = "NAME", description = "Alerts of this rule.") @Nullable String rule,
            @Option(names = "--agent", paramLabel = "ID", description = "Alerts of this agent.") @Nullable String agent,
            @Option(names = "--node", paramLabel = "ID", description = "Alerts of this node.") @Nullable String node,
            @Option(names = "--severity", paramLabel = "WORD", description = "Alerts of this severity.") @Nullable
                    String severity,
            @Option(names = "--all", description = "Every alert; instead of saying which.") boolean isForAll,
            @Option(
                            names = "--starts-at",
                            paramLabel = "MOMENT",
                            description = "When it begins, such as 2026-12-24T20:00:00Z; now if not given.")
                    @Nullable
                    String startsAt,
            @Option(names = "--for", required = true, paramLabel = "DURATION", description = "How long, such as 2h.")
                    String lasts,
            @Option(names = "--maintenance", description = "Planned, not an answer to an alert.") boolean planned,
            @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; kept with it.")
                    String reason) {
        if (isForAll != (rule == null && agent == null && node == null && severity == null)) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "say which alerts by --rule, --agent, --node or --severity, or give --all, but not both");
        }
        var body = new LinkedHashMap<String, Object>(
                Map.of("for", GivenDuration.of("--for", lasts), "reason", reason, "maintenance", planned));
        put(body, "rule", rule);
        put(body, "agent", agent);
        put(body, "node", node);
        put(body, "severity", severity);
        put(body, "startsAt", startsAt);
        output.list(List.of(remote.connect().post(SILENCES, body)), SILENCE);
        return ExitCode.OK;
    }

    private static void put(Map<String, Object> body, String key, @Nullable String value) {
        if (value != null) {
            body.put(key, value);
        }
    }

    @Command(
            name = "silences",
            description = "Lists silences and maintenance windows of now and of the future.",
            mixinStandardHelpOptions = true)
    int silences(@Mixin Remote remote, @Mixin Output output) {
        output.list(whole(remote, SILENCES), SILENCE);
        return ExitCode.OK;
    }

    @Command(name = "unsilence", description = "Ends a silence now.", mixinStandardHelpOptions = true)
    int unsilence(@Mixin Remote remote, @Parameters(paramLabel = "SILENCE") String id) {
        remote.connect().delete(SILENCES + "/" + ApiClient.encoded(id));
        return ExitCode.OK;
    }

    private static List<JsonNode> whole(Remote remote, String path) {
        return remote.connect().get(path).path("items").valueStream().toList();
    }
}
