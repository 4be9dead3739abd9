package dev.mainstay.server.cli;

import dev.mainstay.server.log.Logging;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// `mainstay agent logs`: what nodes on this machine logged of an agent, read from their files. Not thread-safe.
///
/// Log lines are files of the node that wrote them and go nowhere else; what is to be seen everywhere are events.
@Command(
        name = "logs",
        description = {
            "Shows the newest log lines of an agent, of all nodes on this machine that use the data folder.",
            "Lines of another machine are in the log there; `agent events` shows what happened anywhere."
        },
        mixinStandardHelpOptions = true)
final class AgentLogs implements Callable<Integer> {
    private static final List<Column> LINE = List.of(
            Column.moment("timestamp", "at"),
            Column.of("level"),
            Column.of("message", line -> line.path("message").asString("")));

    @Mixin
    private DataLocation location;

    @Mixin
    private Output output;

    @Parameters(paramLabel = "ID", description = "The agent.")
    private String id = "";

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "COUNT",
            defaultValue = "100",
            description = "How many lines; ${DEFAULT-VALUE} by default.")
    private int lines;

    @Override
    public Integer call() throws IOException {
        if (lines < 1) {
            throw new CommandFailure(ExitCode.USAGE, "--lines must be at least 1, was " + lines);
        }
        var found = new ArrayList<JsonNode>();
        var files = files(location.folder());
        for (var file : files) {
            found.addAll(newest(file));
        }
        if (found.isEmpty()) {
            var names = files.stream().map(Path::toString).collect(Collectors.joining(", "));
            throw new CommandFailure(ExitCode.NOT_FOUND, "no line of agent " + id + " in today's " + names);
        }
        found.sort(Comparator.comparing(line -> line.path("at").asString("")));
        output.list(found.subList(Math.max(0, found.size() - lines), found.size()), LINE);
        return ExitCode.OK;
    }

    /// The log of the node that owns the data folder, and those of the nodes that joined it.
    private static List<Path> files(Path data) throws IOException {
        var files = new ArrayList<Path>();
        files.add(Logging.file(data));
        var nodes = data.resolve("nodes");
        if (Files.isDirectory(nodes)) {
            try (var folders = Files.list(nodes)) {
                folders.map(Logging::file).forEach(files::add);
            }
        }
        files.removeIf(file -> !Files.exists(file));
        if (files.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.NOT_FOUND,
                    "no log in " + data.toAbsolutePath().normalize() + "; name the data folder with --data");
        }
        return files;
    }

    private Deque<JsonNode> newest(Path file) throws IOException {
        var newest = new ArrayDeque<JsonNode>();
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            for (var text = reader.readLine(); text != null; text = reader.readLine()) {
                if (!text.contains(id)) {
                    continue;
                }
                var line = parsed(text);
                if (isOfAgent(line)) {
                    newest.add(shown(line));
                }
                if (newest.size() > lines) {
                    newest.removeFirst();
                }
            }
        }
        return newest;
    }

    private static JsonNode parsed(String text) {
        try {
            return ApiClient.JSON.readTree(text);
        } catch (JacksonException e) {
            return ApiClient.JSON.createObjectNode(); // cut short by a crash
        }
    }

    private boolean isOfAgent(JsonNode line) {
        return line.path("loggerName").asString("").equals("mainstay.agent." + id)
                || line.path("kvpList")
                        .valueStream()
                        .anyMatch(pair -> pair.path("agent").asString("").equals(id));
    }

    private static JsonNode shown(JsonNode line) {
        return ApiClient.JSON
                .createObjectNode()
                .put(
                        "at",
                        Instant.ofEpochMilli(line.path("timestamp").asLong(0)).toString())
                .put("level", line.path("level").asString(""))
                .put("message", line.path("formattedMessage").asString(""))
                .set("details", line.path("kvpList"));
    }
}
