package dev.mainstay.server.cli;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What a schedule is to do, as options; those left out keep what stands, or the default. Not thread-safe.
final class ScheduleOptions {
    private static final List<String> TIMING = List.of("cron", "zone", "every", "at");
    private static final List<String> KEPT = List.of(
            "description",
            "cron",
            "zone",
            "every",
            "at",
            "startsAt",
            "endsAt",
            "missed",
            "missedLimit",
            "missedAfter",
            "overlap",
            "task");

    @Option(names = "--cron", paramLabel = "FIELDS", description = "Five fields of UNIX cron, or a word as @daily.")
    private @Nullable String cron;

    @Option(names = "--zone", paramLabel = "ZONE", description = "The time zone of --cron; UTC by default.")
    private @Nullable String zone;

    @Option(names = "--every", paramLabel = "TIME", description = "At this distance, such as 15m.")
    private @Nullable String every;

    @Option(names = "--at", paramLabel = "MOMENT", description = "Once, such as 2026-12-31T23:00:00Z.")
    private @Nullable String at;

    @Option(names = "--starts-at", paramLabel = "MOMENT", description = "Not before.")
    private @Nullable String startsAt;

    @Option(names = "--ends-at", paramLabel = "MOMENT", description = "Not at it or after.")
    private @Nullable String endsAt;

    @Option(names = "--type", paramLabel = "TYPE", description = "The type of its tasks.")
    private @Nullable String type;

    @Option(names = "--queue", paramLabel = "QUEUE", description = "Their queue; that of the type's name by default.")
    private @Nullable String queue;

    @Option(
            names = "--payload",
            paramLabel = "JSON",
            description = "Their payload; - reads it from stdin. In its texts $${schedule.planned} is the moment.")
    private @Nullable String payload;

    @Option(names = "--priority", paramLabel = "WORD", description = "critical, high, normal or low.")
    private @Nullable String priority;

    @Option(names = "--tag", paramLabel = "TAG", description = "A tag of its tasks; may be repeated.")
    private @Nullable List<String> tags;

    @Option(names = "--attempts", paramLabel = "N", description = "How often a task may fail.")
    private @Nullable Integer attempts;

    @Option(names = "--expires-after", paramLabel = "TIME", description = "A task that has not begun by then expires.")
    private @Nullable String expiresAfter;

    @Option(names = "--missed", paramLabel = "POLICY", description = "skip, once or all; once by default.")
    private @Nullable String missed;

    @Option(names = "--missed-limit", paramLabel = "N", description = "How many of the newest `all` makes up for.")
    private @Nullable Integer missedLimit;

    @Option(names = "--missed-after", paramLabel = "TIME", description = "Later than this is missed; 1m by default.")
    private @Nullable String missedAfter;

    @Option(
            names = "--overlap",
            paramLabel = "POLICY",
            description = "skip, buffer-one, buffer-all, cancel-other or allow-all; skip by default.")
    private @Nullable String overlap;

    @Option(names = "--description", paramLabel = "TEXT", description = "What it is for, in a sentence.")
    private @Nullable String description;

    /// The body of a schedule that is new, or that stands as `former`.
    ObjectNode body(@Nullable JsonNode former) throws IOException {
        ObjectNode body = ApiClient.JSON.createObjectNode();
        if (former != null) {
            KEPT.stream().filter(former::hasNonNull).forEach(name -> body.set(name, former.get(name)));
        }
        if (cron != null || every != null || at != null) {
            body.remove(TIMING);
        }
        put(body, "cron", cron);
        put(body, "zone", zone);
        put(body, "every", GivenDuration.ofNullable("--every", every));
        put(body, "at", at);
        put(body, "startsAt", startsAt);
        put(body, "endsAt", endsAt);
        put(body, "missed", missed);
        put(body, "missedAfter", GivenDuration.ofNullable("--missed-after", missedAfter));
        put(body, "overlap", overlap);
        put(body, "description", description);
        if (missedLimit != null) {
            body.put("missedLimit", missedLimit);
        }
        task(body.has("task") ? (ObjectNode) body.get("task") : body.putObject("task"));
        return body;
    }

    private void task(ObjectNode task) throws IOException {
        put(task, "type", type);
        put(task, "queue", queue);
        put(task, "priority", priority);
        put(task, "expiresAfter", GivenDuration.ofNullable("--expires-after", expiresAfter));
        if (payload != null) {
            task.set("payload", GivenJson.of("the payload", payload));
        }
        if (tags != null) {
            task.set("tags", ApiClient.JSON.valueToTree(tags));
        }
        if (attempts != null) {
            task.put("attempts", attempts);
        }
    }

    private static void put(ObjectNode body, String name, @Nullable String value) {
        if (value != null) {
            body.put(name, value);
        }
    }
}
