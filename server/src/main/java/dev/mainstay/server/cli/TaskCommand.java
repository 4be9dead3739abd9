package dev.mainstay.server.cli;

import java.io.IOException;
import java.util.HashMap;
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

/// `mainstay task …`. Not thread-safe.
@Command(
        name = "task",
        description = "Enqueues tasks, looks at them and tells them what to do.",
        mixinStandardHelpOptions = true,
        subcommands = {TaskEnqueue.class},
        footer = {
            "",
            "Examples:",
            "  mainstay task enqueue send-invoice '{\"number\": \"INV-77\"}' --delay 5m",
            "  mainstay task list --state dead --queue send-invoice",
            "  mainstay task retry --state dead --queue send-invoice --reason \"the mail server is back\" --yes",
            "  mainstay task approve 019a9f5e-7c10-7cc3-98a4-0f2d6f0e4a11 --reason \"checked\""
        })
final class TaskCommand implements Runnable {
    static final String TASKS = "/api/v1/tasks";
    static final List<Column> ROW = List.of(
            Column.of("id"),
            Column.of("type"),
            Column.of("queue"),
            Column.of("state", TaskCommand::standing),
            Column.of("priority"),
            Column.of("attempts"),
            Column.of("progress", TaskCommand::progress),
            Column.of("worker"),
            Column.moment("createdAt"),
            Column.moment("endedAt"),
            Column.of("error"));
    private static final List<Column> ALL = List.of(
            Column.of("id"),
            Column.of("type"),
            Column.of("queue"),
            Column.of("state", TaskCommand::standing),
            Column.of("waitsFor"),
            Column.moment("dueAt"),
            Column.of("priority"),
            Column.of("attempts"),
            Column.of("failures"),
            Column.of("maxAttempts"),
            Column.of("crashes"),
            Column.of("steps"),
            Column.of("progress", TaskCommand::progress),
            Column.of("worker"),
            Column.moment("createdAt"),
            Column.moment("startedAt"),
            Column.moment("endedAt"),
            Column.moment("expiresAt"),
            Column.of("actor"),
            Column.of("tags"),
            Column.of("uniqueKey"),
            Column.of("orderingKey"),
            Column.of("parent"),
            Column.of("children"),
            Column.of("needs"),
            Column.of("neededBy"),
            Column.of("signals"),
            Column.of("cancelReason"),
            Column.json("payload"),
            Column.json("result"),
            Column.of("error"));
    private static final List<Column> SPAN = List.of(
            Column.of("kind"),
            Column.of("number"),
            Column.of("name"),
            Column.of("outcome"),
            Column.of("worker"),
            Column.moment("startedAt"),
            Column.moment("endedAt"),
            Column.of("error"));
    private static final List<Column> TOLD = List.of(Column.of("id"), Column.of("outcome"));
    static final List<Column> ADDED = List.of(Column.of("id"), Column.of("isNew"));

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandMissing(spec);
    }

    /// The state of one that has ended, the place of one that is open.
    private static String standing(JsonNode task) {
        return task.path("place").asString(task.path("state").asString(""));
    }

    private static String progress(JsonNode task) {
        var progress = task.path("progress");
        return progress.isObject()
                ? Math.round(progress.path("fraction").asDouble() * 100) + " % "
                        + progress.path("message").asString("")
                : "";
    }

    static String path(String id) {
        return TASKS + "/" + ApiClient.encoded(id);
    }

    @Command(name = "list", description = "Lists tasks, newest first.", mixinStandardHelpOptions = true)
    int list(
            @Mixin Remote remote,
            @Mixin Output output,
            @Mixin TaskChoice choice,
            @Option(
                            names = {"-n", "--limit"},
                            paramLabel = "COUNT",
                            defaultValue = "100",
                            description = "At most so many; ${DEFAULT-VALUE} by default.")
                    int limit) {
        output.list(remote.connect().items(TASKS, choice.query(), limit), ROW);
        return ExitCode.OK;
    }

    @Command(
            name = "describe",
            description = "Shows everything about a task, its attempts included.",
            mixinStandardHelpOptions = true)
    int describe(@Mixin Remote remote, @Mixin Output output, @Parameters(paramLabel = "ID") String id) {
        var task = remote.connect().get(path(id));
        output.one(task, ALL);
        if (output.format() == Output.Format.TABLE && !task.path("history").isEmpty()) {
            output.out().println();
            output.list(task.path("history").valueStream().toList(), SPAN);
        }
        return ExitCode.OK;
    }

    @Command(
            name = "timeline",
            description = "Lists the attempts, steps and waits of a task in the order of their starts.",
            mixinStandardHelpOptions = true)
    int timeline(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(paramLabel = "ID") String id,
            @Option(
                            names = {"-n", "--limit"},
                            paramLabel = "COUNT",
                            defaultValue = "1000",
                            description = "At most so many; ${DEFAULT-VALUE} by default.")
                    int limit) {
        output.list(remote.connect().items(path(id) + "/timeline", new HashMap<>(), limit), SPAN);
        return ExitCode.OK;
    }

    @Command(
            name = "cancel",
            description = "Ends tasks: at once those that do not run; others are asked to end.",
            mixinStandardHelpOptions = true)
    int cancel(@Mixin Remote remote, @Mixin Output output, @Mixin TaskOrder order) {
        return order.give("cancel", remote, output);
    }

    @Command(
            name = "retry",
            description = "Tries dead letters again, and at once what waits for its time (--place delayed).",
            mixinStandardHelpOptions = true)
    int retry(@Mixin Remote remote, @Mixin Output output, @Mixin TaskOrder order) {
        return order.give("retry", remote, output);
    }

    @Command(
            name = "redrive",
            description = "Makes a dead letter claimable again, with its payload or another.",
            mixinStandardHelpOptions = true)
    int redrive(
            @Mixin Remote remote,
            @Mixin Output output,
            @Mixin TaskOrder.Reason reason,
            @Parameters(paramLabel = "ID") String id,
            @Option(names = "--payload", paramLabel = "JSON", description = "Instead of the one it has.") @Nullable
                    String payload)
            throws IOException {
        return told(remote, output, id, "redrive", reason.body(json("payload", payload)));
    }

    @Command(name = "signal", description = "Sends a task a signal it waits for.", mixinStandardHelpOptions = true)
    int signal(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(paramLabel = "ID") String id,
            @Parameters(paramLabel = "NAME") String name,
            @Parameters(paramLabel = "JSON", arity = "0..1", description = "Its value; - reads it from stdin.")
                    @Nullable
                    String value)
            throws IOException {
        var body = json("value", value);
        body.put("name", name);
        return told(remote, output, id, "signal", body);
    }

    @Command(
            name = "approve",
            description = "Approves what a task waits to have approved.",
            mixinStandardHelpOptions = true)
    int approve(
            @Mixin Remote remote,
            @Mixin Output output,
            @Mixin TaskOrder.Reason reason,
            @Parameters(paramLabel = "ID") String id,
            @Option(names = "--name", paramLabel = "NAME", description = "Which approval, to decide ahead.") @Nullable
                    String name) {
        return told(remote, output, id, "approve", reason.body(decision(true, name)));
    }

    @Command(
            name = "reject",
            description = "Refuses what a task waits to have approved.",
            mixinStandardHelpOptions = true)
    int reject(
            @Mixin Remote remote,
            @Mixin Output output,
            @Mixin TaskOrder.Reason reason,
            @Parameters(paramLabel = "ID") String id,
            @Option(names = "--name", paramLabel = "NAME", description = "Which approval, to decide ahead.") @Nullable
                    String name) {
        return told(remote, output, id, "approve", reason.body(decision(false, name)));
    }

    private static Map<String, Object> decision(boolean isApproved, @Nullable String name) {
        Map<String, Object> decision = new HashMap<>(Map.of("approved", isApproved));
        if (name != null) {
            decision.put("name", name);
        }
        return decision;
    }

    @Command(
            name = "fork",
            description = "Enqueues a task that begins behind the first steps of another one.",
            mixinStandardHelpOptions = true)
    int fork(
            @Mixin Remote remote,
            @Mixin Output output,
            @Mixin TaskOrder.Reason reason,
            @Parameters(paramLabel = "ID") String id,
            @Option(
                            names = "--steps",
                            paramLabel = "COUNT",
                            defaultValue = "0",
                            description = "How many of its steps count as done; none by default.")
                    int steps,
            @Option(names = "--payload", paramLabel = "JSON", description = "Instead of the one it has.") @Nullable
                    String payload)
            throws IOException {
        var body = json("payload", payload);
        body.put("steps", steps);
        output.one(remote.connect().post(path(id) + "/fork", reason.body(body)), ADDED);
        return ExitCode.OK;
    }

    private static Map<String, Object> json(String name, @Nullable String text) throws IOException {
        Map<String, Object> body = new HashMap<>();
        if (text != null) {
            body.put(name, GivenJson.of("the " + name, text));
        }
        return body;
    }

    private static int told(Remote remote, Output output, String id, String command, Map<String, ?> body) {
        output.one(remote.connect().post(path(id) + "/" + command, body), TOLD);
        return ExitCode.OK;
    }
}
