package dev.mainstay.server.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/// Something that is asked of some tasks by name, or of all that are chosen by other options. Not thread-safe.
final class TaskOrder {
    private static final List<Column> TOLD = List.of(Column.of("id"), Column.of("outcome"));
    private static final List<Column> DONE = List.of(Column.of("preview"), Column.of("matched"), Column.of("changed"));

    @Parameters(paramLabel = "ID", arity = "0..*", description = "The tasks; without any, those the options choose.")
    private List<String> ids = List.of();

    @Mixin
    private TaskChoice choice = new TaskChoice();

    @Mixin
    private Reason reason = new Reason();

    @Option(names = "--yes", description = "Do it to all that are chosen, instead of counting them.")
    private boolean isConfirmed;

    int give(String command, Remote remote, Output output) {
        if (ids.isEmpty() && !choice.isGiven()) {
            throw new CommandFailure(
                    ExitCode.USAGE, "say which tasks: name them, or choose them by options such as --queue");
        }
        if (!ids.isEmpty() && choice.isGiven()) {
            throw new CommandFailure(
                    ExitCode.USAGE, "name tasks or choose them by options such as --queue, but not both");
        }
        var client = remote.connect();
        return ids.isEmpty()
                ? toAll(
                        client,
                        output,
                        "/api/v1/tasks/" + command,
                        reason.body(Map.of("filter", choice.filter())),
                        isConfirmed)
                : toEach(command, client, output);
    }

    private int toEach(String command, ApiClient client, Output output) {
        var told = new ArrayList<JsonNode>();
        var exit = ExitCode.OK;
        for (var id : ids) {
            try {
                told.add(client.post(TaskCommand.path(id) + "/" + command, reason.body(Map.of())));
            } catch (CommandFailure failure) {
                output.say("mainstay: " + failure.getMessage());
                exit = exit == ExitCode.OK ? failure.exitCode() : exit;
            }
        }
        if (!told.isEmpty()) {
            output.list(told, TOLD);
        }
        return exit;
    }

    /// Counts what is meant, and with `isForReal` does it until nothing is left.
    static int toAll(ApiClient client, Output output, String path, Map<String, ?> body, boolean isForReal) {
        var asked = new LinkedHashMap<String, Object>(body);
        asked.put("preview", !isForReal);
        long matched = 0;
        long changed = 0;
        String next;
        do {
            var done = client.post(path, asked);
            matched += done.path("matched").asLong();
            changed += done.path("changed").asLong();
            next = done.path("next").asString(null);
            asked.put("cursor", next);
        } while (next != null);
        var sum = ApiClient.JSON.createObjectNode();
        sum.put("preview", !isForReal).put("matched", matched).put("changed", changed);
        output.one(sum, DONE);
        if (!isForReal) {
            output.say(
                    matched == 0
                            ? "nothing is meant by this, so there is nothing to do"
                            : "only counted, nothing was changed; the same with --yes does it to these " + matched);
        }
        return ExitCode.OK;
    }

    /// Why: an option of every command that changes something. Not thread-safe.
    static final class Reason {
        @Option(
                names = "--reason",
                paramLabel = "TEXT",
                defaultValue = "asked for on the command line",
                description = "Why; kept with the event.")
        private @Nullable String reason;

        String words() {
            return String.valueOf(reason);
        }

        Map<String, Object> body(Map<String, ?> more) {
            var body = new LinkedHashMap<String, Object>(more);
            body.put("reason", String.valueOf(reason));
            return body;
        }
    }
}
