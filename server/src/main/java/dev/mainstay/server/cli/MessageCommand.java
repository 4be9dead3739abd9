package dev.mainstay.server.cli;

import dev.mainstay.concurrent.Threads;
import java.io.IOException;
import java.time.Duration;
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

/// `mainstay message …`. Not thread-safe.
@Command(
        name = "message",
        description = "Publishes and reads messages, and gives dead letters to their groups again.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  mainstay message publish orders '{\"order\": 7}' --key eu.created",
            "  mainstay message publish @planner '\"good morning\"'",
            "  mainstay message tail orders",
            "  mainstay message list --correlation order-7",
            "  mainstay message redrive billing 1795174921413216"
        })
final class MessageCommand implements Runnable {
    private static final String MESSAGES = "/api/v1/messages";
    private static final String DEAD = "/api/v1/message-dead-letters";
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final int PAGE = 1_000;
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
    private static final List<Column> LETTER = List.of(
            Column.of("group"),
            Column.of(
                    "position",
                    letter -> letter.path("message").path("position").asString("")),
            Column.of("attempts"),
            Column.moment("diedAt"),
            Column.of("reason"));
    private static final List<Column> GROUP = List.of(
            Column.of("name"),
            Column.of("channels"),
            Column.of("keys"),
            Column.of("behind"),
            Column.moment("oldest"),
            Column.of("inHand"),
            Column.of("waiting"),
            Column.of("dead"));
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
            @Option(names = "--ttl", paramLabel = "DURATION", description = "How long it is delivered, as PT1H.")
                    @Nullable
                    String timeToLive)
            throws IOException {
        var message = new LinkedHashMap<String, @Nullable Object>();
        message.put("channel", channel);
        message.put("routingKey", key);
        message.put("priority", priority);
        message.put("correlationId", correlation);
        message.put("timeToLive", timeToLive);
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
            @Option(names = "--limit", paramLabel = "COUNT", defaultValue = "50", description = "At most so many.")
                    int limit) {
        var query = new LinkedHashMap<String, @Nullable String>();
        query.put("channel", channel);
        query.put("key", key);
        query.put("filter", filter);
        query.put("correlation", correlation);
        query.put("sender", sender);
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
            @Option(
                            names = "--since",
                            paramLabel = "TIME",
                            defaultValue = "1s",
                            description = "From when on: so long ago, as 1h, or a moment.")
                    String since,
            @Option(names = "--count", paramLabel = "COUNT", defaultValue = "0", description = "End after so many.")
                    int count) {
        var client = remote.connect();
        var query = new LinkedHashMap<String, @Nullable String>();
        query.put("channel", channel);
        query.put("key", key);
        query.put("from", Since.parameter(since));
        long last = 0;
        var printed = 0;
        do {
            for (var message : client.items(MESSAGES, query, PAGE).reversed()) {
                var position = message.path("position").asLong(0);
                if (position > last) {
                    last = position;
                    query.put("from", message.path("storedAt").asString(""));
                    output.out().println(message);
                    output.out().flush();
                    if (++printed == count) {
                        return ExitCode.OK;
                    }
                }
            }
        } while (Threads.pause(PERIOD));
        return ExitCode.OK;
    }

    @Command(
            name = "dead-letters",
            description = "Lists what consumer groups gave up.",
            mixinStandardHelpOptions = true)
    int deadLetters(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(paramLabel = "GROUP", arity = "0..1", description = "Only of this group.") @Nullable
                    String group,
            @Option(names = "--limit", paramLabel = "COUNT", defaultValue = "100", description = "At most so many.")
                    int limit) {
        var query = new LinkedHashMap<String, @Nullable String>();
        query.put("group", group);
        output.list(remote.connect().items(DEAD, query, limit), LETTER);
        return ExitCode.OK;
    }

    @Command(name = "redrive", description = "Gives a dead letter to its group again.", mixinStandardHelpOptions = true)
    int redrive(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(paramLabel = "GROUP") String group,
            @Parameters(paramLabel = "POSITION") long position) {
        remote.connect().send("POST", letter(group, position) + "/redrive", "{}", Map.of());
        output.say("mainstay: message " + position + " is handed to " + group + " again");
        return ExitCode.OK;
    }

    @Command(name = "discard", description = "Forgets a dead letter.", mixinStandardHelpOptions = true)
    int discard(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(paramLabel = "GROUP") String group,
            @Parameters(paramLabel = "POSITION") long position) {
        remote.connect().delete(letter(group, position));
        output.say("mainstay: dead letter " + position + " of " + group + " is forgotten");
        return ExitCode.OK;
    }

    private static String letter(String group, long position) {
        return DEAD + "/" + ApiClient.encoded(group) + "/" + position;
    }

    @Command(
            name = "groups",
            description = "Lists consumer groups and how far each is.",
            mixinStandardHelpOptions = true)
    int groups(@Mixin Remote remote, @Mixin Output output) {
        output.list(remote.connect().items("/api/v1/message-groups", Map.of(), Integer.MAX_VALUE), GROUP);
        return ExitCode.OK;
    }

    @Command(name = "channels", description = "Lists channels that have messages.", mixinStandardHelpOptions = true)
    int channels(@Mixin Remote remote, @Mixin Output output) {
        output.list(remote.connect().items("/api/v1/message-channels", Map.of(), Integer.MAX_VALUE), CHANNEL);
        return ExitCode.OK;
    }
}
