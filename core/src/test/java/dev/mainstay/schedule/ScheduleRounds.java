package dev.mainstay.schedule;

import dev.mainstay.concurrent.TimerWheel;
import dev.mainstay.postgres.Columns;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.task.NewTask;
import dev.mainstay.testing.ManualClock;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// A database with a scheduler whose rounds the test starts itself, and without any worker. What is due is due by the
/// database's clock; a test makes a schedule late by moving its next moment back. Thread-safe.
final class ScheduleRounds implements AutoCloseable {
    static final NewTask TASK = NewTask.of("report", Map.of("of", "orders", "at", "${schedule.planned}"));
    private final TestDatabase test = TestDatabase.create();
    private final ManualClock clock = ManualClock.atEpoch();
    private final TimerWheel wheel = TimerWheel.manual(clock);
    private final Schedules schedules =
            Schedules.of(test.database(), Organizations.DEFAULT, "user:ada", new Schedules.Told(() -> {}, () -> {}));
    private final Scheduler scheduler = new Scheduler(test.database(), wheel, clock, () -> {});

    TestDatabase test() {
        return test;
    }

    ManualClock clock() {
        return clock;
    }

    TimerWheel wheel() {
        return wheel;
    }

    Schedules schedules() {
        return schedules;
    }

    Scheduler scheduler() {
        return scheduler;
    }

    void round() {
        scheduler.round(handle -> {});
    }

    /// Its next moment is that, as if nobody had looked since.
    void dueSince(String name, Instant moment) {
        change("UPDATE schedules SET next_at = '" + moment + "' WHERE name = '" + name + "'");
    }

    /// An hourly schedule whose moments `late` hours back and since are due; its oldest due moment.
    Instant lateByHours(NewSchedule plan, int late) {
        Instant next = schedules.create(plan).nextAt();
        if (next == null) {
            throw new IllegalStateException(plan.name() + " has no next moment");
        }
        Instant oldest = next.minus(Duration.ofHours(late));
        dueSince(plan.name(), oldest);
        return oldest;
    }

    int change(String sql) {
        return test.database().write(handle -> handle.execute(sql));
    }

    List<String> rows(String sql) {
        return test.database()
                .read(handle -> handle.createQuery(sql).mapTo(String.class).list());
    }

    List<Instant> moments(String name, FireOutcome outcome) {
        return Columns.column(
                schedules.fires(name, 2_000).reversed().stream()
                        .filter(fire -> fire.outcome() == outcome)
                        .toList(),
                Fire::plannedAt);
    }

    List<FireOutcome> outcomes(String name) {
        return Columns.column(schedules.fires(name, 2_000).reversed(), Fire::outcome);
    }

    /// Ends a task as its worker would.
    void complete(UUID task) {
        test.database()
                .write(handle -> handle.createQuery("SELECT task_end(:organization, :task, 'cancelled', 'done')")
                        .bind("organization", Organizations.DEFAULT)
                        .bind("task", task)
                        .mapTo(Boolean.class)
                        .one());
    }

    @Override
    public void close() {
        wheel.close();
        test.close();
    }
}
