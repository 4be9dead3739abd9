package dev.mainstay.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.postgres.DatabaseConfig;
import dev.mainstay.task.NewTask;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/// The code of the guide on schedules, run.
class SchedulesGuideTest {
    private static final Duration BOUND = Duration.ofSeconds(30);

    private final List<Report> done = new CopyOnWriteArrayList<>();

    record Report(String of, Instant until) {}

    private Fleet start(DatabaseConfig database) {
        NewTask report = NewTask.of("report", Map.of("of", "orders", "until", "${schedule.planned}"));
        return Fleet.builder()
                .database(database)
                .worker("report", Report.class, (ordered, context) -> done.add(ordered))
                .schedule(NewSchedule.cron("nightly", "0 3 * * *", ZoneId.of("Europe/Berlin"), report)
                        .missed(MissedPolicy.ALL, 7)
                        .overlap(OverlapPolicy.BUFFER_ALL))
                .start();
    }

    private Backfill lastWeek(Fleet fleet, Instant now) {
        Instant weekAgo = now.minus(Duration.ofDays(7));
        Backfill preview = fleet.schedules().previewBackfill("nightly", weekAgo, now);
        return preview.already() < preview.moments()
                ? fleet.schedules().backfill("nightly", weekAgo, now, null)
                : preview;
    }

    @Test
    void the_guides_schedules_fire() {
        try (TestDatabase test = TestDatabase.create();
                Fleet fleet = start(test.config().build())) {
            fleet.schedules().run("nightly", null);
            Eventually.holds("it ran", BOUND, () -> done.size() == 1);
            Instant now = test.database().now();
            assertThat(lastWeek(fleet, now).enqueued()).isBetween(6, 8);
            assertThat(lastWeek(fleet, now).enqueued()).isZero();
            Eventually.holds("the past was made up for", BOUND, () -> done.size() > 6);
            assertThat(done)
                    .allMatch(report ->
                            report.of().equals("orders") && !report.until().isAfter(now));
            List<Instant> next = fleet.schedules().next("nightly", 3);
            assertThat(next).hasSize(3).isSorted();
        }
    }
}
