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

/// `mainstay task enqueue`. Not thread-safe.
@Command(
        name = "enqueue",
        description = "Enqueues a task, or many; prints its id, and whether it is new or was there by its unique key.",
        mixinStandardHelpOptions = true)
final class TaskEnqueue implements Callable<Integer> {
    @Mixin
    private Remote remote = new Remote();

    @Mixin
    private Output output = new Output();

    @Parameters(index = "0", paramLabel = "TYPE", description = "What its worker is called.")
    private String type = "";

    @Parameters(
            index = "1",
            paramLabel = "JSON",
            arity = "0..1",
            description = "What its handler gets, {} by default; - reads it from stdin.")
    private @Nullable String payload;

    @Option(
            names = "--batch",
            paramLabel = "FILE",
            description =
                    "Many tasks: each line of the file is the payload of one; - reads stdin. They are sent 500 at a"
                            + " time, and each 500 are enqueued whole or not at all.")
    private @Nullable String batch;

    @Option(names = "--queue", paramLabel = "QUEUE", description = "That of its type's name by default.")
    private @Nullable String queue;

    @Option(names = "--priority", paramLabel = "PRIORITY", description = "critical, high, normal or low.")
    private @Nullable String priority;

    @Option(names = "--delay", paramLabel = "DURATION", description = "Not before this has passed: 5m.")
    private @Nullable String delay;

    @Option(names = "--at", paramLabel = "TIME", description = "Not before this moment: 2026-01-31T12:00:00Z.")
    private @Nullable String at;

    @Option(names = "--ttl", paramLabel = "DURATION", description = "Expires when it has not started by then.")
    private @Nullable String timeToLive;

    @Option(names = "--unique", paramLabel = "KEY", description = "The only open task of its type with this key.")
    private @Nullable String unique;

    @Option(names = "--ordered", paramLabel = "KEY", description = "One at a time among those with this key.")
    private @Nullable String ordered;

    @Option(names = "--parent", paramLabel = "ID", description = "As a child of this task.")
    private @Nullable String parent;

    @Option(names = "--after", paramLabel = "ID", split = ",", description = "Only once these have completed.")
    private @Nullable List<String> after;

    @Option(names = "--tag", paramLabel = "TAG", split = ",", description = "To find it by.")
    private @Nullable List<String> tags;

    @Option(names = "--attempts", paramLabel = "COUNT", description = "How often it may fail.")
    private @Nullable Integer attempts;

    @Override
    public Integer call() throws IOException {
        var body = new LinkedHashMap<String, Object>();
        body.put("type", type);
        put(body, "queue", queue);
        put(body, "priority", priority);
        put(body, "delay", GivenDuration.ofNullable("--delay", delay));
        put(body, "runAt", at);
        put(body, "timeToLive", GivenDuration.ofNullable("--ttl", timeToLive));
        put(body, "uniqueKey", unique);
        put(body, "orderingKey", ordered);
        put(body, "parent", parent);
        put(body, "after", after);
        put(body, "tags", tags);
        put(body, "attempts", attempts);
        if (batch != null) {
            return many(body, batch);
        }
        body.put("payload", GivenJson.of("the payload", payload == null ? "{}" : payload));
        output.one(remote.connect().post(TaskCommand.TASKS, body), TaskCommand.ADDED);
        return ExitCode.OK;
    }

    private int many(Map<String, Object> template, String file) throws IOException {
        if (payload != null || unique != null) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--batch has the payloads in its lines, and one --unique key cannot be that of all");
        }
        var told = new TaskBatch(remote.connect(), template).enqueue(file);
        if (output.format() == Output.Format.TABLE) {
            output.say("enqueued " + told.size() + (told.size() == 1 ? " task" : " tasks"));
        } else {
            output.list(told, TaskCommand.ADDED);
        }
        return ExitCode.OK;
    }

    private static void put(Map<String, Object> body, String name, @Nullable Object value) {
        if (value != null) {
            body.put(name, value);
        }
    }
}
