package dev.mainstay.server.http;

import dev.mainstay.schedule.MissedPolicy;
import dev.mainstay.schedule.NewSchedule;
import dev.mainstay.schedule.OverlapPolicy;
import dev.mainstay.schedule.TaskTemplate;
import dev.mainstay.schedule.Timing;
import dev.mainstay.task.NewTask;
import dev.mainstay.task.Priority;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// What a request says a schedule is to do. Immutable.
record ScheduleBody(
        String name,
        String description,
        @Nullable String cron,
        ZoneId zone,
        @Nullable Duration every,
        @Nullable Instant at,
        @Nullable Instant startsAt,
        @Nullable Instant endsAt,
        MissedPolicy missed,
        int missedLimit,
        Duration missedAfter,
        @Nullable OverlapPolicy overlap,
        Task task) {
    private static final ZoneId UTC = ZoneId.of("UTC");
    private static final Duration LONGEST = Duration.ofDays(3_660);
    private static final Duration NONE = Duration.ofNanos(-1);
    private static final int LONGEST_TEXT = 1_000;
    private static final int MOST_TAGS = 20;
    private static final int LONGEST_TAG = 128;

    /// Words a message of the engine may begin with, each the property that is wrong.
    private static final Pattern PROPERTY = Pattern.compile(
            "(name|description|cron|every|at|startsAt|endsAt|missedLimit|missedAfter|type|queue|attempts|orderingKey)\\b"
                    + ".*");

    private static final Set<String> OF_THE_TASK = Set.of("type", "queue", "attempts", "orderingKey");

    /// The task of each fire.
    record Task(
            String type,
            @Nullable String queue,
            JsonNode payload,
            Priority priority,
            List<String> tags,
            int attempts,
            Duration expiresAfter,
            @Nullable String orderingKey) {
        static Task read(Fields fields) {
            return new Task(
                    fields.text("type", LONGEST_TEXT),
                    fields.optionalText("queue", LONGEST_TEXT),
                    fields.any("payload", JsonNodeFactory.instance.objectNode()),
                    fields.oneOf("priority", Priority.values(), Priority::word, Priority.NORMAL),
                    fields.texts("tags", MOST_TAGS, LONGEST_TAG),
                    (int) fields.whole("attempts", 1, Integer.MAX_VALUE, 0),
                    fields.duration("expiresAfter", Duration.ofMillis(1), LONGEST, NONE),
                    fields.optionalText("orderingKey", LONGEST_TEXT));
        }

        TaskTemplate template() {
            NewTask made = NewTask.of(type, payload).priority(priority).tagged(tags.toArray(String[]::new));
            made = queue == null ? made : made.inQueue(queue);
            made = attempts == 0 ? made : made.attempts(attempts);
            made = expiresAfter.isNegative() ? made : made.expiringAfter(expiresAfter);
            return TaskTemplate.of(orderingKey == null ? made : made.ordered(orderingKey));
        }
    }

    /// The body of a new schedule, with its name in it.
    static ScheduleBody read(Fields fields) {
        return read(fields, fields.text("name", LONGEST_TEXT));
    }

    /// The body of one that is named elsewhere.
    static Function<Fields, ScheduleBody> named(String name) {
        return fields -> read(fields, fields.text("name", LONGEST_TEXT, name));
    }

    private static ScheduleBody read(Fields fields, String name) {
        String cron = fields.optionalText("cron", LONGEST_TEXT);
        Duration every = fields.duration("every", Duration.ofSeconds(1), LONGEST, NONE);
        Instant at = fields.instant("at");
        int given = (cron == null ? 0 : 1) + (every.isNegative() ? 0 : 1) + (at == null ? 0 : 1);
        if (given == 0) {
            fields.error("cron", "or every or at must be given: when it fires");
        } else if (given > 1) {
            fields.error("cron", "excludes every and at, as these do each other; give one of them");
        }
        return new ScheduleBody(
                name,
                fields.text("description", LONGEST_TEXT, ""),
                cron,
                zone(fields, cron),
                every.isNegative() ? null : every,
                at,
                fields.instant("startsAt"),
                fields.instant("endsAt"),
                fields.oneOf("missed", MissedPolicy.values(), MissedPolicy::word, MissedPolicy.ONCE),
                (int) fields.whole("missedLimit", 1, NewSchedule.MOST_MISSED, NewSchedule.DEFAULT_MISSED_LIMIT),
                fields.duration(
                        "missedAfter", Duration.ofMillis(1), Duration.ofDays(366), NewSchedule.DEFAULT_MISSED_AFTER),
                overlap(fields),
                fields.object("task", Task::read, JsonNodeFactory.instance.objectNode()));
    }

    private static ZoneId zone(Fields fields, @Nullable String cron) {
        String zone = fields.optionalText("zone", LONGEST_TEXT);
        if (zone != null && cron == null) {
            fields.error("zone", "belongs to cron, which is not given");
        }
        try {
            return zone == null ? UTC : ZoneId.of(zone);
        } catch (DateTimeException e) {
            fields.error("zone", "is not known; it must be one such as Europe/Berlin");
            return UTC;
        }
    }

    static @Nullable OverlapPolicy overlap(Fields fields) {
        String word = fields.optionalText("overlap", LONGEST_TEXT);
        return word == null
                ? null
                : fields.oneOf("overlap", OverlapPolicy.values(), OverlapPolicy::word, OverlapPolicy.SKIP);
    }

    /// What it says, refused with the property that is wrong.
    NewSchedule plan() {
        return checked(() -> {
            NewSchedule plan = NewSchedule.of(name, timing(), task.template())
                    .describedAs(description)
                    .missed(missed, missedLimit)
                    .missedAfter(missedAfter);
            plan = bounded(plan);
            return overlap == null ? plan : plan.overlap(overlap);
        });
    }

    private Timing timing() {
        if (cron != null) {
            return Timing.cron(cron, zone);
        }
        return every != null ? Timing.every(every) : Timing.once(at == null ? Instant.EPOCH : at);
    }

    private NewSchedule bounded(NewSchedule plan) {
        NewSchedule begun = startsAt == null ? plan : plan.startingAt(startsAt);
        return endsAt == null ? begun : begun.endingAt(endsAt);
    }

    /// Runs what the engine may refuse for the values it was given.
    static <T> T checked(Supplier<T> work) {
        try {
            return work.get();
        } catch (IllegalArgumentException e) {
            throw Refusal.invalid(List.of(at(String.valueOf(e.getMessage()))));
        }
    }

    private static Problem.At at(String message) {
        Matcher property = PROPERTY.matcher(message);
        if (!property.matches()) {
            return new Problem.At("$", message);
        }
        String name = property.group(1);
        return new Problem.At(
                OF_THE_TASK.contains(name) ? "$.task." + name : "$." + name,
                message.substring(name.length()).strip());
    }
}
