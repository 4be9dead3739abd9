package dev.mainstay.server.cli;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `mainstay message …`. Not thread-safe.
@Command(
        name = "message",
        description = "Publishes and reads messages, and looks after consumer groups and their dead letters.",
        subcommands = {MessageGroupCommand.class, DeadLetterCommand.class},
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  mainstay message publish orders '{\"order\": 7}' --key eu.created",
            "  mainstay message publish @planner '\"good morning\"'",
            "  mainstay message tail orders",
            "  mainstay message list --correlation order-7",
            "  mainstay message groups create billing orders --key 'eu.#'",
            "  mainstay message dead-letters redrive billing 1795174921413216"
        })
final class MessageCommand implements Runnable {
    private static final String MESSAGES = "/api/v1/messages";
    private static final List<Column> MESSAGE = List.of(
            Column.of("position"),
            Column.moment("storedAt"),
            Column.of("channel"),
            Column.of("routingKey"),
            Column.of("priority"),
            Column.of("sender"),
            Column.of("correlationId"),
            Column.of("body"));
    private static final List<Column> PUBLISHED = List.of(Column.of("id"), Column.of("position"));
    private static final List<Column> CHANNEL =
            List.of(Column.of("name"), Column.moment("lastAt"), Column.of("lastHour"));

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandMissing(spec);
    }

    @Command(name = "publish", description = "Publishes a message.", mixinStandardHelpOptions = true)
    int publish(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(paramLabel = "CHANNEL", description = "A channel, @ and an agent, or @* for all agents.")
                    String channel,
            @Parameters(paramLabel = "JSON", description = "The body; - reads it from stdin.") String body,
            @Option(names = "--key", paramLabel = "KEY", description = "The routing key.") @Nullable String key,
            @Option(names = "--priority", paramLabel = "WORD", description = "critical, high, normal or low.") @Nullable
                    String priority,
            @Option(names = "--correlation", paramLabel = "ID", description = "The thread it belongs to.") @Nullable
                    String correlation,
            @Option(names = "--ttl", paramLabel = "DURATION", description = "How long it is delivered, as 1h.")
                    @Nullable
                    String timeToLive)
            throws IOException {
        var message = new LinkedHashMap<String, @Nullable Object>();
        message.put("channel", channel);
        message.put("routingKey", key);
        message.put("priority", priority);
        message.put("correlationId", correlation);
        message.put("timeToLive", GivenDuration.ofNullable("--ttl", timeToLive));
        message.put("body", GivenJson.of("the body", body));
        output.one(remote.connect().post(MESSAGES, message), PUBLISHED);
        return ExitCode.OK;
    }

    @Command(name = "list", description = "Lists messages, newest first.", mixinStandardHelpOptions = true)
    int list(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(paramLabel = "CHANNEL", arity = "0..1", description = "Only of this channel.") @Nullable
                    String channel,
            @Option(names = "--key", paramLabel = "PATTERN", description = "Only with such routing keys: orders.#")
                    @Nullable
                    String key,
            @Option(names = "--filter", paramLabel = "CONDITIONS", description = "Such as 'body.amount >= 100'.")
                    @Nullable
                    String filter,
            @Option(names = "--correlation", paramLabel = "ID", description = "Only this thread.") @Nullable
                    String correlation,
            @Option(names = "--sender", paramLabel = "NAME", description = "Only of this sender.") @Nullable
                    String sender,
            @Option(names = "--priority", paramLabel = "WORD", description = "critical, high, normal or low.") @Nullable
                    String priority,
            @Option(names = "--since", paramLabel = "TIME", description = "So long ago, as 1h, or a moment.") @Nullable
                    String since,
            @Option(names = "--limit", paramLabel = "COUNT", defaultValue = "50", description = "At most so many.")
                    int limit) {
        var query = new LinkedHashMap<String, @Nullable String>();
        query.put("channel", channel);
        query.put("routingKey", key);
        query.put("filter", filter);
        query.put("correlation", correlation);
        query.put("sender", sender);
        query.put("priority", priority);
        query.put("from", since == null ? null : Since.parameter(since));
        output.list(remote.connect().items(MESSAGES, query, limit), MESSAGE);
        return ExitCode.OK;
    }

    @Command(
            name = "tail",
            description = "Prints messages as they come, one JSON object a line, until it is stopped.",
            mixinStandardHelpOptions = true)
    int tail(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(paramLabel = "CHANNEL", arity = "0..1", description = "Only of this channel.") @Nullable
                    String channel,
            @Option(names = "--key", paramLabel = "PATTERN", description = "Only with such routing keys: orders.#")
                    @Nullable
                    String key,
            @Option(names = "--filter", paramLabel = "CONDITIONS", description = "Such as 'body.amount >= 100'.")
                    @Nullable
                    String filter,
            @Option(
                            names = "--since",
                            paramLabel = "TIME",
                            defaultValue = "1s",
                            description = "From when on: so long ago, as 1h, or a moment.")
                    String since,
            @Option(names = "--count", paramLabel = "COUNT", defaultValue = "0", description = "End after so many.")
                    int count) {
        if (count < 0) {
            throw new CommandFailure(ExitCode.USAGE, "--count must not be negative, was " + count);
        }
        var query = new LinkedHashMap<String, @Nullable String>();
        query.put("channel", channel);
        query.put("routingKey", key);
        query.put("filter", filter);
        query.put("from", Since.parameter(since));
        var left = new AtomicInteger(count);
        new EventLines(remote.connect(), MESSAGES + "/stream" + ApiClient.query(query)).read(message -> {
            output.out().println(message);
            output.out().flush();
            return left.decrementAndGet() != 0;
        });
        return ExitCode.OK;
    }

    @Command(name = "channels", description = "Lists channels that have messages.", mixinStandardHelpOptions = true)
    int channels(@Mixin Remote remote, @Mixin Output output) {
        output.list(remote.connect().items("/api/v1/message-channels", Map.of(), Integer.MAX_VALUE), CHANNEL);
        return ExitCode.OK;
    }
}
