package dev.mainstay.server.http;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.mainstay.schedule.Crontab;
import dev.mainstay.schedule.Fire;
import dev.mainstay.schedule.NewSchedule;
import dev.mainstay.schedule.Schedule;
import dev.mainstay.schedule.ScheduleView;
import dev.mainstay.schedule.TaskTemplate;
import dev.mainstay.schedule.Timing;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A schedule as the API shows it. Immutable.
record ScheduleJson(
        String name,
        String description,
        String source,
        @Nullable String declaredBy,
        String state,
        @Nullable String pauseReason,
        @Nullable String cron,
        @Nullable String zone,
        @Nullable String every,
        @Nullable Instant at,
        String inWords,
        @Nullable Instant startsAt,
        @Nullable Instant endsAt,
        String missed,
        int missedLimit,
        String missedAfter,
        String overlap,
        Task task,
        @Nullable Instant nextAt,
        @Nullable FireJson lastFire,
        long version,
        Instant createdAt,
        Instant updatedAt) {

    record Task(
            String type,
            String queue,
            JsonNode payload,
            String priority,
            List<String> tags,
            @Nullable Integer attempts,
            @Nullable String expiresAfter,
            @Nullable String orderingKey) {
        static Task of(TaskTemplate task) {
            return new Task(
                    task.type(),
                    task.queue(),
                    task.payload(),
                    task.priority().word(),
                    task.tags(),
                    task.attempts(),
                    text(task.expiresAfter()),
                    task.orderingKey());
        }
    }

    /// One moment and what became of it.
    record FireJson(
            Instant plannedAt,
            Instant firedAt,
            String cause,
            String outcome,
            @Nullable UUID task,
            @Nullable String taskState,
            @Nullable String actor) {
        static FireJson of(Fire fire) {
            return new FireJson(
                    fire.plannedAt(),
                    fire.firedAt(),
                    fire.cause().word(),
                    fire.outcome().word(),
                    fire.task(),
                    fire.taskState(),
                    fire.actor());
        }
    }

    /// A schedule with its next moments and its last fires.
    record Detail(@JsonUnwrapped ScheduleJson schedule, List<Instant> next, List<FireJson> fires) {}

    static ScheduleJson of(ScheduleView view) {
        Fire last = view.lastFire();
        return of(view.schedule(), last == null ? null : FireJson.of(last));
    }

    private static ScheduleJson of(Schedule schedule, @Nullable FireJson lastFire) {
        NewSchedule plan = schedule.plan();
        Timing timing = plan.timing();
        return new ScheduleJson(
                schedule.name(),
                plan.description(),
                schedule.source().word(),
                schedule.declaredBy(),
                schedule.state(),
                schedule.pauseReason(),
                timing instanceof Crontab crontab ? crontab.expression() : null,
                timing instanceof Crontab crontab ? crontab.zone().getId() : null,
                timing instanceof Timing.Every every ? every.interval().toString() : null,
                timing instanceof Timing.Once once ? once.at() : null,
                timing.inWords(),
                plan.startsAt(),
                plan.endsAt(),
                plan.missed().word(),
                plan.missedLimit(),
                plan.missedAfter().toString(),
                plan.overlap().word(),
                Task.of(plan.task()),
                schedule.nextAt(),
                lastFire,
                schedule.version(),
                schedule.createdAt(),
                schedule.updatedAt());
    }

    private static @Nullable String text(@Nullable Duration duration) {
        return duration == null ? null : duration.toString();
    }
}
