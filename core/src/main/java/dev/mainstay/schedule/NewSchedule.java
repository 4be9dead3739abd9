package dev.mainstay.schedule;

import dev.mainstay.config.Durations;
import dev.mainstay.task.NewTask;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a schedule is to do; valid at every moment. Immutable and thread-safe: each method returns a changed copy.
///
/// ```java
/// NewSchedule.cron("nightly", "0 3 * * *", ZoneId.of("Europe/Berlin"), NewTask.of("report", Map.of("of", "orders")))
///         .missed(MissedPolicy.ALL, 10)
/// ```
///
/// @param startsAt no moment before it; intervals are counted from it
/// @param endsAt no moment at it or after
/// @param missedLimit how many missed moments [MissedPolicy#ALL] makes up for
/// @param missedAfter a moment that is late by more than this is a missed one
public record NewSchedule(
        String name,
        String description,
        Timing timing,
        @Nullable Instant startsAt,
        @Nullable Instant endsAt,
        TaskTemplate task,
        MissedPolicy missed,
        int missedLimit,
        Duration missedAfter,
        OverlapPolicy overlap) {
    public static final int DEFAULT_MISSED_LIMIT = 10;
    public static final int MOST_MISSED = 1_000;
    public static final Duration DEFAULT_MISSED_AFTER = Duration.ofMinutes(1);
    private static final Duration LONGEST_MISSED_AFTER = Duration.ofDays(366);
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,127}");
    private static final int LONGEST_DESCRIPTION = 1_000;

    public NewSchedule {
        startsAt = startsAt == null ? null : startsAt.truncatedTo(ChronoUnit.MICROS);
        endsAt = endsAt == null ? null : endsAt.truncatedTo(ChronoUnit.MICROS);
        if (timing instanceof Timing.Every every && startsAt != null) {
            timing = new Timing.Every(every.interval(), startsAt);
        }
        require(
                NAME.matcher(name).matches(),
                "name must be 1 to 128 of a-z 0-9 . _ - and begin with a letter or digit, was '" + name + "'");
        require(
                description.length() <= LONGEST_DESCRIPTION,
                "description must have at most " + LONGEST_DESCRIPTION + " characters, has " + description.length());
        requirePolicies(missedLimit, missedAfter, overlap, task);
        require(
                startsAt == null || endsAt == null || startsAt.isBefore(endsAt),
                "endsAt must be after startsAt (" + startsAt + "), was " + endsAt);
        require(
                next(timing, startsAt, endsAt, Instant.EPOCH).isPresent(),
                "the schedule never fires: " + timing.inWords() + " has no moment"
                        + (startsAt == null ? "" : " from " + startsAt)
                        + (endsAt == null ? "" : " before " + endsAt));
    }

    private static void requirePolicies(int limit, Duration after, OverlapPolicy overlap, TaskTemplate task) {
        require(limit >= 1 && limit <= MOST_MISSED, "missedLimit must be from 1 to " + MOST_MISSED + ", was " + limit);
        require(
                after.isPositive() && after.compareTo(LONGEST_MISSED_AFTER) <= 0,
                "missedAfter must be positive and at most 366d, was " + Durations.format(after));
        require(
                task.orderingKey() == null || overlap == OverlapPolicy.ALLOW_ALL,
                "orderingKey needs overlap allow-all; with " + overlap.word()
                        + " the tasks of a schedule stand in a line of their own");
    }

    private static void require(boolean isRight, String otherwise) {
        if (!isRight) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    public static NewSchedule of(String name, Timing timing, NewTask task) {
        return of(name, timing, TaskTemplate.of(task));
    }

    /// Tasks that share an ordering key with others stand in a line already, so they are let to overlap.
    public static NewSchedule of(String name, Timing timing, TaskTemplate task) {
        return new NewSchedule(
                name,
                "",
                timing,
                null,
                null,
                task,
                MissedPolicy.ONCE,
                DEFAULT_MISSED_LIMIT,
                DEFAULT_MISSED_AFTER,
                task.orderingKey() == null ? OverlapPolicy.SKIP : OverlapPolicy.ALLOW_ALL);
    }

    /// Five fields of UNIX cron, or a word such as `@daily`, in a time zone.
    public static NewSchedule cron(String name, String expression, ZoneId zone, NewTask task) {
        return of(name, Timing.cron(expression, zone), task);
    }

    /// At a fixed distance; without [#startingAt] counted from the epoch, so that 15 minutes are quarters of the hour.
    public static NewSchedule every(String name, Duration interval, NewTask task) {
        return of(name, Timing.every(interval), task);
    }

    public static NewSchedule once(String name, Instant at, NewTask task) {
        return of(name, Timing.once(at), task);
    }

    /// What it is for, in a sentence.
    public NewSchedule describedAs(String newDescription) {
        return with(newDescription, startsAt, endsAt, missed, missedLimit, missedAfter, overlap);
    }

    public NewSchedule startingAt(Instant moment) {
        return with(description, moment, endsAt, missed, missedLimit, missedAfter, overlap);
    }

    public NewSchedule endingAt(Instant moment) {
        return with(description, startsAt, moment, missed, missedLimit, missedAfter, overlap);
    }

    public NewSchedule missed(MissedPolicy policy) {
        return with(description, startsAt, endsAt, policy, missedLimit, missedAfter, overlap);
    }

    /// The policy with its limit.
    ///
    /// @param limit how many of the newest missed moments are made up for
    public NewSchedule missed(MissedPolicy policy, int limit) {
        return with(description, startsAt, endsAt, policy, limit, missedAfter, overlap);
    }

    public NewSchedule missedAfter(Duration lateness) {
        return with(description, startsAt, endsAt, missed, missedLimit, lateness, overlap);
    }

    public NewSchedule overlap(OverlapPolicy policy) {
        return with(description, startsAt, endsAt, missed, missedLimit, missedAfter, policy);
    }

    private NewSchedule with(
            String newDescription,
            @Nullable Instant starts,
            @Nullable Instant ends,
            MissedPolicy onMissed,
            int limit,
            Duration lateness,
            OverlapPolicy onOverlap) {
        return new NewSchedule(name, newDescription, timing, starts, ends, task, onMissed, limit, lateness, onOverlap);
    }

    /// Its first moment after `after`; empty when there is none.
    public Optional<Instant> next(Instant after) {
        return next(timing, startsAt, endsAt, after);
    }

    private static Optional<Instant> next(
            Timing timing, @Nullable Instant startsAt, @Nullable Instant endsAt, Instant after) {
        Instant from = startsAt == null || !after.isBefore(startsAt) ? after : justBefore(startsAt);
        return timing.next(from).filter(moment -> endsAt == null || moment.isBefore(endsAt));
    }

    static Instant justBefore(Instant moment) {
        return moment.minusNanos(1_000);
    }

    /// Whether its moments are the same.
    boolean hasMomentsOf(NewSchedule other) {
        return timing.equals(other.timing)
                && Objects.equals(startsAt, other.startsAt)
                && Objects.equals(endsAt, other.endsAt);
    }
}
