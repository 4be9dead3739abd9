package dev.mainstay.server.config;

import dev.mainstay.config.Default;
import dev.mainstay.config.Doc;
import dev.mainstay.config.Setting;
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
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One schedule as it is declared below `schedules`. Immutable and thread-safe.
public record ScheduleSettings(
        @Doc("Five fields of UNIX cron, or a word such as @daily.") @Nullable
        String cron,

        @Doc("The time zone of cron; UTC when not given.") @Nullable
        ZoneId zone,

        @Doc("The distance between two fires instead of cron, at least 1s.") @Nullable
        Duration every,

        @Doc("The one moment instead of cron, such as 2026-12-31T23:00:00Z.") @Nullable
        String at,

        @Doc("No fire before this moment; intervals are counted from it.") @Nullable
        String startsAt,

        @Doc("No fire at this moment or after it.") @Nullable
        String endsAt,

        @Default("once") @Doc("What becomes of moments at which nobody fired.")
        MissedPolicy missed,

        @Default("10") @Doc("How many of the newest missed moments are made up for with missed: all.")
        int missedLimit,

        @Default("1m") @Doc("A moment that is late by more than this is a missed one.")
        Duration missedAfter,

        @Doc("What a fire does while tasks of earlier ones are open; skip when not given.") @Nullable
        OverlapPolicy overlap,

        @Default("") @Doc("What it is for, in a sentence.") String description,

        TaskSettings task) {
    private static final ZoneId UTC = ZoneId.of("UTC");

    /// The task of each fire. Immutable and thread-safe.
    public record TaskSettings(
            @Doc("The type of the tasks.") String type,

            @Doc("Where they wait; in the queue of the type's name when not given.") @Nullable
            String queue,

            @Doc("What their worker gets; in its texts ${schedule.planned} and ${schedule.name} are filled in.")
            @Nullable
            Setting payload,

            @Default("normal") @Doc("What goes first.") Priority priority,
            @Doc("What they can be found by.") List<String> tags,

            @Doc("How often one may fail, if not as often as its type says.") @Nullable
            Integer attempts,

            @Doc("One that has not started by then expires.") @Nullable
            Duration expiresAfter,

            @Doc("One at a time with all tasks of the queue that have this key; only with overlap: allow-all.")
            @Nullable
            String orderingKey) {
        public TaskSettings {
            template(type, queue, Map.of(), priority, tags, attempts, expiresAfter, orderingKey);
        }

        TaskTemplate template() {
            Object content = payload == null ? null : payload.toPlain();
            return template(
                    type,
                    queue,
                    content == null ? Map.of() : content,
                    priority,
                    tags,
                    attempts,
                    expiresAfter,
                    orderingKey);
        }

        private static TaskTemplate template(
                String type,
                @Nullable String queue,
                Object payload,
                Priority priority,
                List<String> tags,
                @Nullable Integer attempts,
                @Nullable Duration expiresAfter,
                @Nullable String orderingKey) {
            NewTask made = NewTask.of(type, payload).priority(priority).tagged(tags.toArray(String[]::new));
            made = queue == null ? made : made.inQueue(queue);
            made = attempts == null ? made : made.attempts(attempts);
            made = expiresAfter == null ? made : made.expiringAfter(expiresAfter);
            return TaskTemplate.of(orderingKey == null ? made : made.ordered(orderingKey));
        }
    }

    public ScheduleSettings {
        int given = (cron == null ? 0 : 1) + (every == null ? 0 : 1) + (at == null ? 0 : 1);
        if (given == 0) {
            throw new IllegalArgumentException("cron or every or at must be given: when it fires");
        }
        if (given > 1) {
            throw new IllegalArgumentException("cron and every and at exclude each other; give one of them");
        }
        if (zone != null && cron == null) {
            throw new IllegalArgumentException("zone belongs to cron, which is not given");
        }
        moment("startsAt", startsAt);
        moment("endsAt", endsAt);
        if (every != null) {
            Timing.every(every);
        }
        if (cron != null) {
            Timing.cron(cron, zone == null ? UTC : zone);
        }
    }

    /// What it declares.
    ///
    /// @throws IllegalArgumentException when it can never be; the message begins with a key, where one is to blame
    NewSchedule plan(String name) {
        NewSchedule plan = NewSchedule.of(name, timing(), task.template())
                .describedAs(description)
                .missed(missed, missedLimit)
                .missedAfter(missedAfter);
        Instant begin = moment("startsAt", startsAt);
        Instant end = moment("endsAt", endsAt);
        plan = begin == null ? plan : plan.startingAt(begin);
        plan = end == null ? plan : plan.endingAt(end);
        return overlap == null ? plan : plan.overlap(overlap);
    }

    private Timing timing() {
        if (cron != null) {
            return Timing.cron(cron, zone == null ? UTC : zone);
        }
        Instant once = moment("at", at);
        return every != null ? Timing.every(every) : Timing.once(once == null ? Instant.EPOCH : once);
    }

    private static @Nullable Instant moment(String key, @Nullable String text) {
        try {
            return text == null ? null : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    key + " must be a time such as 2026-12-31T23:00:00Z, was '" + text + "'", e);
        }
    }
}
