package dev.mainstay.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mainstay.bench.lab.JavaProgram;
import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.node.NodeProcess;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.schedule.NewSchedule;
import dev.mainstay.schedule.Schedules;
import dev.mainstay.task.NewTask;
import dev.mainstay.task.TaskDesks;
import dev.mainstay.testing.Eventually;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/// Workers whose wall clock is an hour wrong, of which the first holds every duty: leases, delays, times to live and
/// schedules go by the database's clock all the same.
class WrongClockFlowTest {
    private static final Duration BOUND = Duration.ofMinutes(2);
    /// Past for a clock that is an hour ahead.
    private static final Duration FAR = Duration.ofMinutes(45);
    /// More than a lease.
    private static final int FIRES = 12;

    private static final String LATEST_FIRE =
            "SELECT coalesce(max(extract(epoch FROM fired_at - planned_at)), 0) FROM schedule_fires";
    private static final String EARLIEST_FIRE =
            "SELECT coalesce(min(extract(epoch FROM fired_at - planned_at)), 0) FROM schedule_fires";

    private Laboratory laboratory;
    private Feeder feeder;

    @BeforeEach
    void open() {
        laboratory = ChaosRun.laboratory();
        HistoryReader.createTables(laboratory);
        feeder = new Feeder("clock", laboratory, laboratory.database(), new SplittableRandom(1));
    }

    @AfterEach
    void close() {
        feeder.close();
        laboratory.close();
    }

    private static WrongClock clock(Duration shift) {
        var clock = WrongClock.by(shift);
        if (clock.isEmpty()) {
            LoggerFactory.getLogger(WrongClockFlowTest.class)
                    .error("SKIPPED: libfaketime is not installed (Debian: faketime), so a wrong clock is not tried");
        }
        assumeTrue(clock.isPresent(), "libfaketime is not installed");
        return clock.orElseThrow();
    }

    private NodeProcess worker(String name, Duration shift) {
        var order =
                new WorkerOrder(laboratory.url(), laboratory.url(), laboratory.user(), laboratory.password(), name, 20);
        List<String> command = JavaProgram.command(WorkerMain.class.getName());
        return NodeProcess.start(shift.isZero() ? command : clock(shift).command(command), name, order);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, -1})
    void a_clock_that_is_an_hour_wrong_changes_nothing(int hours) throws Exception {
        Duration shift = Duration.ofHours(hours);
        try (var first = worker("first", shift);
                var second = worker("second", shift.negated());
                var third = worker("third", Duration.ZERO)) {
            assertThat(error(first)).isBetween(shift.minusMinutes(5), shift.plusMinutes(1));
            assertThat(error(third)).isBetween(Duration.ofMinutes(-5), Duration.ofMinutes(1));
            schedule();
            enqueue();
            feedUntilScheduled();
            assertThat(List.of(first.ask("trusted"), second.ask("trusted"), third.ask("trusted")))
                    .containsOnly("true");
            assertUntouchedByTheHour();
        }
    }

    /// By how much the wall clock of a process that was started a moment ago is ahead.
    private Duration error(NodeProcess process) {
        Instant started = Instant.ofEpochMilli(Long.parseLong(process.ask(WorkerMain.STARTED)));
        return Duration.between(laboratory.database().now(), started);
    }

    private void schedule() {
        var schedules = Schedules.of(laboratory.database(), Organizations.DEFAULT, "test", Schedules.Told.by(null));
        NewTask task = NewTask.of(Kind.PLAIN.type(), new Piece(0, 1)).tagged("scheduled");
        schedules.create(NewSchedule.every("soon", Duration.ofSeconds(1), task));
        schedules.create(NewSchedule.once("far", laboratory.database().now().plus(FAR), task));
    }

    private void enqueue() {
        Instant now = laboratory.database().now();
        NewTask plain = NewTask.of(Kind.PLAIN.type(), new Piece(0, 1));
        NewTask nobodys = NewTask.of("nobodys", "");
        new TaskDesks(laboratory.database(), laboratory.database()::now, () -> {}, () -> {})
                .of(Organizations.DEFAULT, "test")
                .enqueueAll(List.of(
                        plain.in(FAR).tagged("far"),
                        plain.at(now.plus(FAR)).tagged("far"),
                        plain.at(now.plusSeconds(2)).tagged("soon"),
                        nobodys.expiringAfter(FAR).tagged("far"),
                        nobodys.expiringAfter(Duration.ofSeconds(1)).tagged("expired")));
    }

    private void feedUntilScheduled() {
        for (int number = 0; number < 10; number++) {
            feeder.feedEachKind();
        }
        Eventually.holds(
                "schedules fire", BOUND, () -> laboratory.number("SELECT count(*) FROM schedule_fires") >= FIRES);
        feeder.feedEachKind();
        Eventually.holds(
                "all ends but what is far off",
                BOUND,
                () -> laboratory.number("SELECT count(*) FROM tasks WHERE state = 'open' AND"
                                        + " coalesce(cardinality(tags), 0) = 0")
                                == 0
                        && laboratory.number(count("expired", "expired")) == 1);
    }

    private static String count(String tag, String state) {
        return "SELECT count(*) FROM tasks WHERE tags = '{" + tag + "}' AND state = '" + state + "'";
    }

    private void assertUntouchedByTheHour() throws Exception {
        assertThat(laboratory.number(count("far", "open"))).isEqualTo(3);
        assertThat(laboratory.number(count("soon", "completed"))).isEqualTo(1);
        assertThat(laboratory.number(LATEST_FIRE)).isLessThan(60);
        assertThat(laboratory.number(EARLIEST_FIRE)).isNotNegative();
        assertThat(laboratory.number("SELECT count(*) FROM node_sessions")).isEqualTo(3);
        assertThat(laboratory.number("SELECT count(*) FROM node_sessions WHERE ended_at IS NULL"))
                .isEqualTo(3);
        History history = HistoryReader.read(laboratory, List.of(feeder.told()));
        assertThat(history.attempts()).noneMatch(Recovery::isLost);
        var broken = HistoryCheck.check(history);
        assertThat(broken.values()).as(HistoryCheck.describe(broken)).allMatch(List::isEmpty);
    }
}
