package dev.mainstay.server.cli;

import java.io.IOException;
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
import tools.jackson.databind.node.ObjectNode;

/// `mainstay schedule …`. Not thread-safe.
@Command(
        name = "schedule",
        description = "Looks at schedules, makes them, and tells them what to do.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  mainstay schedule create nightly --cron '0 3 * * *' --zone Europe/Berlin --type report",
            "  mainstay schedule next nightly --count 5",
            "  mainstay schedule backfill nightly --from 2026-11-01T00:00:00Z --to 2026-11-08T00:00:00Z --preview",
            "  mainstay schedule pause nightly --reason 'the warehouse moves'"
        })
final class ScheduleCommand implements Runnable {
    private static final String SCHEDULES = "/api/v1/schedules";
    private static final List<Column> ROW = List.of(
            Column.of("name"),
            Column.of("state"),
            Column.of("when", schedule -> Column.text(schedule.path("inWords"))),
            Column.of("type", schedule -> Column.text(schedule.path("task").path("type"))),
            Column.moment("nextAt"),
            Column.of(
                    "lastFire",
                    schedule -> Column.text(schedule.path("lastFire").path("outcome"))),
            Column.of("task", schedule -> Column.text(schedule.path("lastFire").path("taskState"))));
    private static final List<Column> ALL = List.of(
            Column.of("name"),
            Column.of("description"),
            Column.of("state"),
            Column.of("pauseReason"),
            Column.of("when", schedule -> Column.text(schedule.path("inWords"))),
            Column.of("cron"),
            Column.of("zone"),
            Column.moment("startsAt"),
            Column.moment("endsAt"),
            Column.of("missed"),
            Column.of("overlap"),
            Column.of("type", "task", task -> Column.text(task.path("type"))),
            Column.of("queue", "task", task -> Column.text(task.path("queue"))),
            Column.of("payload", "task", task -> task.path("payload").toString()),
            Column.of("priority", "task", task -> Column.text(task.path("priority"))),
            Column.of("tags", "task", task -> Column.text(task.path("tags"))),
            Column.of("attempts", "task", task -> Column.text(task.path("attempts"))),
            Column.of("expiresAfter", "task", task -> Column.text(task.path("expiresAfter"))),
            Column.of("orderingKey", "task", task -> Column.text(task.path("orderingKey"))),
            Column.of("source"),
            Column.of("declaredBy"),
            Column.moment("nextAt"),
            Column.moments("next"),
            Column.of("version"));
    private static final List<Column> FIRE = List.of(
            Column.moment("plannedAt"),
            Column.moment("firedAt"),
            Column.of("cause"),
            Column.of("outcome"),
            Column.of("taskState"),
            Column.of("task"),
            Column.of("actor"));
    private static final List<Column> BACKFILL = List.of(
            Column.of("moments"),
            Column.of("already"),
            Column.of("enqueued"),
            Column.of("skipped"),
            Column.moment("first"),
            Column.moment("last"));
    private static final List<Column> MOMENT = List.of(Column.moment("at"));

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandMissing(spec);
    }

    @Command(name = "list", description = "Lists schedules by name.", mixinStandardHelpOptions = true)
    int list(
            @Mixin Remote remote,
            @Mixin Output output,
            @Option(names = "--state", paramLabel = "STATE", description = "active, paused, finished or undeclared.")
                    @Nullable
                    String state,
            @Option(
                            names = "--query",
                            paramLabel = "TEXT",
                            description = "Part of the name, the description or the type.")
                    @Nullable
                    String text) {
        var query = new LinkedHashMap<String, @Nullable String>();
        query.put("state", state);
        query.put("q", text);
        output.list(remote.connect().items(SCHEDULES, query, Integer.MAX_VALUE), ROW);
        return ExitCode.OK;
    }

    @Command(
            name = "describe",
            description = "Shows all of a schedule, its next moments and its last fires.",
            mixinStandardHelpOptions = true)
    int describe(@Mixin Remote remote, @Mixin Output output, @Parameters(paramLabel = "NAME") String name) {
        var schedule = remote.connect().get(path(name));
        output.one(schedule, ALL);
        if (output.format() == Output.Format.TABLE && !schedule.path("fires").isEmpty()) {
            output.out().println();
            output.list(schedule.path("fires").valueStream().toList(), FIRE);
        }
        return ExitCode.OK;
    }

    private static String path(String name) {
        return SCHEDULES + "/" + ApiClient.encoded(name);
    }

    @Command(name = "create", description = "Makes a schedule.", mixinStandardHelpOptions = true)
    int create(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(paramLabel = "NAME") String name,
            @Mixin ScheduleOptions options)
            throws IOException {
        output.one(remote.connect().post(SCHEDULES, options.body(null).put("name", name)), ALL);
        return ExitCode.OK;
    }

    @Command(
            name = "update",
            description = "Changes what is given of a schedule, and leaves the rest.",
            mixinStandardHelpOptions = true)
    int update(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(paramLabel = "NAME") String name,
            @Mixin ScheduleOptions options)
            throws IOException {
        var client = remote.connect();
        var former = client.get(path(name));
        ObjectNode body = options.body(former);
        var answer = client.send(
                "PUT",
                path(name),
                body.toString(),
                Map.of("If-Match", "\"" + former.path("version").asLong() + "\""));
        output.one(ApiClient.JSON.readTree(answer.body()), ALL);
        return ExitCode.OK;
    }

    @Command(
            name = "pause",
            description = "Lets a schedule fire no more until it is resumed.",
            mixinStandardHelpOptions = true)
    int pause(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(paramLabel = "NAME") String name,
            @Option(
                            names = "--reason",
                            paramLabel = "TEXT",
                            defaultValue = "asked for on the command line",
                            description = "Why; kept with the event.")
                    String reason) {
        return tell(remote, output, name, "pause", Map.of("reason", reason), ROW);
    }

    @Command(
            name = "resume",
            description = "Lets it fire again, from its next moment on.",
            mixinStandardHelpOptions = true)
    int resume(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(paramLabel = "NAME") String name,
            @Option(
                            names = "--reason",
                            paramLabel = "TEXT",
                            defaultValue = "asked for on the command line",
                            description = "Why; kept with the event.")
                    String reason) {
        return tell(remote, output, name, "resume", Map.of("reason", reason), ROW);
    }

    private static int tell(
            Remote remote, Output output, String name, String order, Map<String, ?> body, List<Column> columns) {
        JsonNode told = remote.connect().post(path(name) + "/" + order, body);
        output.list(List.of(told), columns);
        return ExitCode.OK;
    }

    @Command(
            name = "run",
            description = "Fires now, beside its moments, also while it is paused.",
            mixinStandardHelpOptions = true)
    int run(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(paramLabel = "NAME") String name,
            @Option(names = "--overlap", paramLabel = "POLICY", description = "Another overlap policy for this fire.")
                    @Nullable
                    String overlap) {
        return tell(remote, output, name, "run", overlap == null ? Map.of() : Map.of("overlap", overlap), FIRE);
    }

    @Command(
            name = "backfill",
            description = "Fires the moments of a past time that have had no task; the same again changes nothing.",
            mixinStandardHelpOptions = true)
    int backfill(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(paramLabel = "NAME") String name,
            @Option(names = "--from", required = true, paramLabel = "MOMENT", description = "From this moment on.")
                    String from,
            @Option(names = "--to", required = true, paramLabel = "MOMENT", description = "Until before it.") String to,
            @Option(names = "--preview", description = "Only count.") boolean preview,
            @Option(names = "--overlap", paramLabel = "POLICY", description = "Another overlap policy for its tasks.")
                    @Nullable
                    String overlap) {
        var body = new LinkedHashMap<String, Object>(Map.of("from", from, "to", to, "preview", preview));
        if (overlap != null) {
            body.put("overlap", overlap);
        }
        return tell(remote, output, name, "backfill", body, BACKFILL);
    }

    @Command(name = "delete", description = "Removes a schedule; its tasks go on.", mixinStandardHelpOptions = true)
    int delete(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(paramLabel = "NAME") String name,
            @Option(
                            names = "--reason",
                            paramLabel = "TEXT",
                            defaultValue = "asked for on the command line",
                            description = "Why; kept with the event.")
                    String reason) {
        remote.connect().delete(path(name) + "?reason=" + ApiClient.encoded(reason));
        output.say("mainstay: schedule " + name + " removed");
        return ExitCode.OK;
    }

    @Command(name = "next", description = "Shows the next moments of a schedule.", mixinStandardHelpOptions = true)
    int next(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(paramLabel = "NAME") String name,
            @Option(names = "--count", paramLabel = "N", defaultValue = "10", description = "How many; 10 by default.")
                    int count) {
        var moments = remote.connect()
                .get(path(name) + "/next?limit=" + count)
                .path("items")
                .valueStream()
                .<JsonNode>map(moment -> ApiClient.JSON.createObjectNode().set("at", moment))
                .toList();
        output.list(moments, MOMENT);
        return ExitCode.OK;
    }

    @Command(
            name = "fires",
            description = "Shows what became of its moments, the newest first.",
            mixinStandardHelpOptions = true)
    int fires(
            @Mixin Remote remote,
            @Mixin Output output,
            @Parameters(paramLabel = "NAME") String name,
            @Option(
                            names = "--limit",
                            paramLabel = "N",
                            defaultValue = "100",
                            description = "How many; 100 by default.")
                    int limit) {
        output.list(remote.connect().items(path(name) + "/fires", new LinkedHashMap<>(), limit), FIRE);
        return ExitCode.OK;
    }
}
