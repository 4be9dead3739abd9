package dev.mainstay.server.cli;

import dev.mainstay.config.Durations;
import java.time.Duration;
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

/// `mainstay queue …`. Not thread-safe.
@Command(
        name = "queue",
        description = "Looks at queues of tasks, holds them back and lets them go.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  mainstay queue list",
            "  mainstay queue pause send-invoice --reason stocktaking",
            "  mainstay queue limit send-invoice --concurrency 8 --rate 100 --period 1m",
            "  mainstay queue redrive send-invoice --yes"
        })
final class QueueCommand implements Runnable {
    private static final String QUEUES = "/api/v1/queues";
    private static final Map<String, String> UNITS = Map.of("1s", "second", "1m", "minute", "1h", "hour", "1d", "day");
    private static final List<Column> ROW = List.of(
            Column.of("name"),
            Column.of("paused"),
            Column.of("ready"),
            Column.of("noWorker"),
            Column.of("running"),
            Column.of("delayed"),
            Column.of("blocked"),
            Column.of("waiting"),
            Column.of("dead"),
            Column.of("endedPerMinute"),
            Column.moment("backlogEta"),
            Column.of("limits", QueueCommand::limits));
    private static final List<Column> OF_ALL = List.of(Column.of("limits", QueueCommand::limits));
    private static final List<Column> ALL = List.of(
            Column.of("name"),
            Column.of("paused"),
            Column.of("pauseReason"),
            Column.of("pausedBy"),
            Column.moment("pausedAt"),
            Column.of("ready"),
            Column.of("noWorker"),
            Column.of("running"),
            Column.of("delayed"),
            Column.of("blocked"),
            Column.of("waiting"),
            Column.of("dead"),
            Column.of("endedPerMinute"),
            Column.of("failedPerMinute"),
            Column.moment("backlogEta"),
            Column.of("limits", QueueCommand::limits));

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandMissing(spec);
    }

    private static String limits(JsonNode queue) {
        var limits = queue.path("limits");
        var concurrency = limits.path("concurrency");
        var rate = limits.path("rate");
        return (concurrency.isNumber() ? concurrency + " at once" : "")
                + (concurrency.isNumber() && rate.isNumber() ? ", " : "")
                + (rate.isNumber() ? rate + " per " + period(limits) : "");
    }

    private static String period(JsonNode limits) {
        var words = Durations.format(Duration.parse(limits.path("period").asString("PT1S")));
        return UNITS.getOrDefault(words, words);
    }

    private static String path(String name) {
        return QUEUES + "/" + ApiClient.encoded(name);
    }

    @Command(name = "list", description = "Lists queues and how they stand.", mixinStandardHelpOptions = true)
    int list(@Mixin Remote remote, @Mixin Output output) {
        output.list(remote.connect().items(QUEUES, new HashMap<>(), 100_000), ROW);
        return ExitCode.OK;
    }

    @Command(
            name = "describe",
            description = "Shows how a queue stands, and who works on what is in it.",
            mixinStandardHelpOptions = true)
    int describe(@Mixin Remote remote, @Mixin Output output, @Parameters(paramLabel = "QUEUE") String name) {
        var queue = remote.connect().get(path(name));
        output.one(queue, ALL);
        if (output.format() == Output.Format.TABLE) {
            output.out().println();
            output.list(queue.path("types").valueStream().toList(), List.of(Column.of("type"), Column.of("workers")));
        }
        return ExitCode.OK;
    }

    @Command(
            name = "pause",
            description = "Lets nothing of a queue start until it is resumed; what runs goes on.",
            mixinStandardHelpOptions = true)
    int pause(
            @Mixin Remote remote,
            @Mixin Output output,
            @Mixin TaskOrder.Reason reason,
            @Parameters(paramLabel = "QUEUE") String name) {
        var queue = remote.connect().post(path(name) + "/pause", reason.body(Map.of()));
        output.list(List.of(queue), ROW);
        var stands = queue.path("pauseReason").asString("");
        if (!stands.equals(reason.words())) {
            output.say("it was paused already, and stays so for the first reason: " + stands);
        }
        return ExitCode.OK;
    }

    @Command(name = "resume", description = "Lets a paused queue go on.", mixinStandardHelpOptions = true)
    int resume(
            @Mixin Remote remote,
            @Mixin Output output,
            @Mixin TaskOrder.Reason reason,
            @Parameters(paramLabel = "QUEUE") String name) {
        output.list(List.of(remote.connect().post(path(name) + "/resume", reason.body(Map.of()))), ROW);
        return ExitCode.OK;
    }

    @Command(
            name = "limit",
            description =
                    "Says how much of a queue, or of all together, may run at once and start in a period, over all"
                            + " nodes; without both, any number.",
            mixinStandardHelpOptions = true)
    int limit(
            @Mixin Remote remote,
            @Mixin Output output,
            @Mixin TaskOrder.Reason reason,
            @Parameters(paramLabel = "QUEUE", arity = "0..1") @Nullable String name,
            @Option(names = "--all", description = "All queues together, beside the limits of each.") boolean isOfAll,
            @Option(names = "--concurrency", paramLabel = "COUNT", description = "At once.") @Nullable
                    Integer concurrency,
            @Option(names = "--rate", paramLabel = "COUNT", description = "Within the period.") @Nullable Integer rate,
            @Option(
                            names = "--period",
                            paramLabel = "DURATION",
                            defaultValue = "1s",
                            description = "Of the rate; ${DEFAULT-VALUE} by default.")
                    String period) {
        if (isOfAll == (name != null)) {
            throw new CommandFailure(ExitCode.USAGE, "name a queue, or give --all for all of them together");
        }
        var body = reason.body(limits(concurrency, rate, period));
        if (name == null) {
            output.one(remote.connect().put("/api/v1/limits", body), OF_ALL);
        } else {
            output.list(List.of(remote.connect().put(path(name) + "/limits", body)), ROW);
        }
        return ExitCode.OK;
    }

    private static Map<String, Object> limits(@Nullable Integer concurrency, @Nullable Integer rate, String period) {
        Map<String, Object> limits = new HashMap<>(Map.of("period", GivenDuration.of("--period", period)));
        if (concurrency != null) {
            limits.put("concurrency", concurrency);
        }
        if (rate != null) {
            limits.put("rate", rate);
        }
        return limits;
    }

    @Command(
            name = "dead-letters",
            description = "Lists the dead letters of a queue, newest first.",
            mixinStandardHelpOptions = true)
    int deadLetters(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(paramLabel = "QUEUE") String name,
            @Option(
                            names = {"-n", "--limit"},
                            paramLabel = "COUNT",
                            defaultValue = "100",
                            description = "At most so many; ${DEFAULT-VALUE} by default.")
                    int limit) {
        output.list(remote.connect().items(path(name) + "/dead-letters", new HashMap<>(), limit), TaskCommand.ROW);
        return ExitCode.OK;
    }

    @Command(
            name = "redrive",
            description = "Makes all dead letters of a queue claimable again; counts them without --yes.",
            mixinStandardHelpOptions = true)
    int redrive(
            @Mixin Remote remote,
            @Mixin Output output,
            @Mixin TaskOrder.Reason reason,
            @Parameters(paramLabel = "QUEUE") String name,
            @Option(names = "--yes", description = "Do it.") boolean isConfirmed) {
        return TaskOrder.toAll(remote.connect(), output, path(name) + "/redrive", reason.body(Map.of()), isConfirmed);
    }
}
