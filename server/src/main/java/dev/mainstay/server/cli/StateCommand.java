package dev.mainstay.server.cli;

import dev.mainstay.concurrent.Threads;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
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

/// `mainstay state …`. Not thread-safe.
@Command(
        name = "state",
        description = "Reads and changes shared state: JSON values by key, each with a version.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  mainstay state set shop/limits '{\"orders\": 50}'",
            "  mainstay state set shop/limits '{\"orders\": 60}' --if-version 1",
            "  mainstay state watch shop/"
        })
final class StateCommand implements Runnable {
    private static final String STATE = "/api/v1/state";
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final List<Column> ENTRY = List.of(
            Column.of("key"),
            Column.of("value"),
            Column.of("version"),
            Column.moment("updatedAt"),
            Column.of("updatedBy"));

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandMissing(spec);
    }

    @Command(name = "get", description = "Prints the value of a key as JSON.", mixinStandardHelpOptions = true)
    int get(@Mixin Remote remote, @Mixin Output output, @Parameters(paramLabel = "KEY") String key) {
        var entry = remote.connect().get(path(key));
        if (output.format() == Output.Format.TABLE) {
            output.out().println(entry.path("value"));
            output.out().flush();
        } else {
            output.one(entry, ENTRY);
        }
        return ExitCode.OK;
    }

    @Command(name = "set", description = "Sets the value of a key.", mixinStandardHelpOptions = true)
    int set(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(paramLabel = "KEY") String key,
            @Parameters(paramLabel = "JSON", description = "The value; - reads it from stdin.") String value,
            @Option(
                            names = "--if-version",
                            paramLabel = "VERSION",
                            description = "Only when it still has this version; else exit code 6.")
                    @Nullable
                    Long version,
            @Option(names = "--if-absent", description = "Only when there is no value yet.") boolean absent)
            throws IOException {
        var json = GivenJson.of("the value", value).toString();
        var headers = new HashMap<String, String>();
        if (version != null) {
            headers.put("If-Match", "\"" + version + "\"");
        }
        if (absent) {
            headers.put("If-None-Match", "*");
        }
        var answer = remote.connect().send("PUT", path(key), json, headers);
        output.one(ApiClient.JSON.readTree(answer.body()), ENTRY);
        return ExitCode.OK;
    }

    @Command(name = "delete", description = "Removes a key.", mixinStandardHelpOptions = true)
    int delete(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(paramLabel = "KEY") String key,
            @Option(
                            names = "--if-version",
                            paramLabel = "VERSION",
                            description = "Only when it still has this version; else exit code 6.")
                    @Nullable
                    Long version) {
        remote.connect()
                .send(
                        "DELETE",
                        path(key),
                        null,
                        version == null ? Map.of() : Map.of("If-Match", "\"" + version + "\""));
        output.say("mainstay: " + key + " removed");
        return ExitCode.OK;
    }

    @Command(name = "list", description = "Lists keys with their values.", mixinStandardHelpOptions = true)
    int list(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(
                            paramLabel = "PREFIX",
                            arity = "0..1",
                            defaultValue = "",
                            description = "Only keys that begin so.")
                    String prefix) {
        output.list(entries(remote.connect(), prefix), ENTRY);
        return ExitCode.OK;
    }

    @Command(
            name = "watch",
            description = "Prints each value that changes, and at first all there are, until it is stopped.",
            mixinStandardHelpOptions = true)
    int watch(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(
                            paramLabel = "PREFIX",
                            arity = "0..1",
                            defaultValue = "",
                            description = "Only keys that begin so.")
                    String prefix,
            @Option(
                            names = "--count",
                            paramLabel = "COUNT",
                            defaultValue = "0",
                            description = "End after so many lines.")
                    int count) {
        var client = remote.connect();
        var seen = new LinkedHashMap<String, JsonNode>();
        var printed = 0;
        do {
            for (var line : changes(seen, entries(client, prefix))) {
                output.out().println(line);
                output.out().flush();
                if (++printed == count) {
                    return ExitCode.OK;
                }
            }
        } while (Threads.pause(PERIOD));
        return ExitCode.OK;
    }

    /// What differs from what was seen, which becomes what is seen now; a removed key has no version any more.
    private static List<JsonNode> changes(Map<String, JsonNode> seen, List<JsonNode> now) {
        var current = new LinkedHashMap<String, JsonNode>();
        now.forEach(entry -> current.put(entry.path("key").asString(""), entry));
        var changes = new ArrayList<JsonNode>();
        current.forEach((key, entry) -> {
            var before = seen.get(key);
            if (before == null || !before.path("version").equals(entry.path("version"))) {
                changes.add(entry);
            }
        });
        seen.keySet().stream()
                .filter(key -> !current.containsKey(key))
                .forEach(key -> changes.add(
                        ApiClient.JSON.createObjectNode().put("key", key).put("removed", true)));
        seen.clear();
        seen.putAll(current);
        return changes;
    }

    private static List<JsonNode> entries(ApiClient client, String prefix) {
        var query = new LinkedHashMap<String, @Nullable String>();
        query.put("prefix", prefix);
        return client.items(STATE, query, Integer.MAX_VALUE);
    }

    private static String path(String key) {
        return STATE + "/" + ApiClient.encoded(key).replace("%2F", "/");
    }
}
