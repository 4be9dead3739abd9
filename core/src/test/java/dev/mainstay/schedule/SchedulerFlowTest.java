package dev.mainstay.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.task.NewTask;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What is due fires once, whatever happens meanwhile.
class SchedulerFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final ScheduleRounds rounds = new ScheduleRounds();

    @AfterAll
    static void close() {
        rounds.close();
    }

    @AfterEach
    void clear() {
        rounds.change("DELETE FROM schedules");
    }

    private static NewSchedule hourly(String name) {
        return NewSchedule.every(name, HOUR, ScheduleRounds.TASK).overlap(OverlapPolicy.ALLOW_ALL);
    }

    private static List<String> tasksOf(String name) {
        return rounds.rows("""
                SELECT payload ->> 'at'
                FROM tasks
                JOIN task_ready ON task_ready.task_id = tasks.id
                WHERE tags @> ARRAY['schedule:%s']
                ORDER BY seq
                """.formatted(name));
    }

    @Test
    void a_due_moment_enqueues_its_task_and_the_next_one_is_planned() {
        Instant planned = rounds.lateByHours(hourly("plain").missedAfter(HOUR), 1);
        rounds.round();
        rounds.round();
        assertThat(tasksOf("plain")).containsExactly(planned.toString());
        Fire fire = rounds.schedules().fires("plain", 10).getFirst();
        assertThat(fire.plannedAt()).isEqualTo(planned);
        assertThat(fire.cause()).isEqualTo(FireCause.PLANNED);
        assertThat(fire.taskState()).isEqualTo("open");
        assertThat(rounds.schedules().find("plain").orElseThrow().nextAt()).isEqualTo(planned.plus(HOUR));
        assertThat(rounds.rows("SELECT actor FROM tasks WHERE tags @> ARRAY['schedule:plain']"))
                .containsExactly("schedule:plain");
    }

    @Test
    void skip_leaves_out_what_was_missed_and_says_so() {
        Instant oldest =
                rounds.lateByHours(hourly("skips").missed(MissedPolicy.SKIP).missedAfter(Duration.ofNanos(1_000)), 3);
        rounds.round();
        assertThat(tasksOf("skips")).isEmpty();
        assertThat(rounds.moments("skips", FireOutcome.MISSED))
                .containsExactly(oldest, oldest.plus(HOUR), oldest.plus(HOUR.multipliedBy(2)));
        assertThat(rounds.rows("""
                        SELECT detail ->> 'missed' || ' ' || (detail ->> 'policy') || ' ' || (detail ->> 'from')
                        FROM system_events
                        WHERE type = 'schedule.missed' AND detail ->> 'schedule' = 'skips'
                        """)).containsExactly("3 skip " + oldest);
    }

    @Test
    void once_makes_up_for_all_with_one() {
        Instant oldest = rounds.lateByHours(hourly("once").missed(MissedPolicy.ONCE), 3);
        rounds.round();
        assertThat(tasksOf("once"))
                .containsExactly(oldest.plus(HOUR.multipliedBy(2)).toString());
        assertThat(rounds.outcomes("once"))
                .containsExactly(FireOutcome.MISSED, FireOutcome.MISSED, FireOutcome.ENQUEUED);
    }

    @Test
    void all_makes_up_for_each_up_to_its_limit_in_their_order() {
        Instant oldest = rounds.lateByHours(hourly("all").missed(MissedPolicy.ALL, 2), 3);
        rounds.round();
        assertThat(tasksOf("all"))
                .containsExactly(
                        oldest.plus(HOUR).toString(),
                        oldest.plus(HOUR.multipliedBy(2)).toString());
        assertThat(rounds.moments("all", FireOutcome.MISSED)).containsExactly(oldest);
    }

    @Test
    void months_without_a_node_are_gone_through_and_few_of_them_kept() {
        Instant oldest = rounds.lateByHours(hourly("months"), 2_500);
        rounds.round();
        assertThat(tasksOf("months"))
                .containsExactly(oldest.plus(HOUR.multipliedBy(2_499)).toString());
        assertThat(rounds.moments("months", FireOutcome.MISSED)).hasSizeBetween(100, 300);
        assertThat(rounds.rows("""
                        SELECT sum((detail ->> 'missed')::integer)
                        FROM system_events
                        WHERE type = 'schedule.missed' AND detail ->> 'schedule' = 'months'
                        """)).containsExactly("2499");
    }

    @Test
    void a_one_off_fires_once_and_is_finished() {
        Instant at = rounds.test().database().now().plus(HOUR);
        rounds.schedules().create(NewSchedule.once("one-off", at, ScheduleRounds.TASK));
        rounds.change("UPDATE schedules SET once_at = now(), next_at = now() WHERE name = 'one-off'");
        rounds.round();
        rounds.round();
        assertThat(tasksOf("one-off")).hasSize(1);
        assertThat(rounds.schedules().find("one-off").orElseThrow().state()).isEqualTo("finished");
    }

    @Test
    void a_moment_that_has_fired_fires_never_again_even_if_the_schedule_says_it_is_due() {
        Instant planned = rounds.lateByHours(hourly("again"), 1);
        rounds.round();
        rounds.dueSince("again", planned);
        rounds.round();
        assertThat(tasksOf("again")).hasSize(1);
    }

    @Test
    void the_database_itself_refuses_a_second_fire_of_one_moment() {
        Instant planned = rounds.lateByHours(hourly("refused"), 1);
        rounds.round();
        assertThatThrownBy(() -> rounds.change("""
                        INSERT INTO schedule_fires (organization_id, schedule_id, planned_at, cause, outcome, is_open)
                        SELECT organization_id, id, '%s', 'planned', 'missed', false
                        FROM schedules
                        WHERE name = 'refused'
                        """.formatted(planned))).hasMessageContaining("schedule_fires_pkey");
    }

    @Test
    void a_fire_whose_task_cannot_be_enqueued_is_no_fire() throws SQLException {
        rounds.lateByHours(hourly("whole"), 1);
        try (Connection connection = rounds.test().superuser();
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER TABLE task_ready ADD CONSTRAINT nothing_enters CHECK (lane_id < 0) NOT VALID");
            rounds.round();
            assertThat(rounds.schedules().fires("whole", 10)).isEmpty();
            statement.execute("ALTER TABLE task_ready DROP CONSTRAINT nothing_enters");
        }
        rounds.round();
        assertThat(tasksOf("whole")).hasSize(1);
    }

    @Test
    void a_round_whose_connection_dies_between_fire_and_enqueue_fires_once_in_the_end() throws SQLException {
        rounds.lateByHours(hourly("killed"), 1);
        try (Connection connection = rounds.test().superuser();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE SEQUENCE kills; GRANT SELECT ON kills TO PUBLIC");
            statement.execute("""
                    CREATE FUNCTION kill_once() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
                    BEGIN
                        IF nextval('kills') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
                        RETURN NULL;
                    END $$
                    """);
            statement.execute(
                    "CREATE TRIGGER kill_once AFTER INSERT ON tasks FOR EACH STATEMENT EXECUTE FUNCTION kill_once()");
            rounds.round();
            statement.execute("DROP TRIGGER kill_once ON tasks");
        }
        assertThat(rounds.rows("SELECT last_value FROM kills")).containsExactly("2");
        assertThat(tasksOf("killed")).hasSize(1);
        assertThat(rounds.outcomes("killed")).containsExactly(FireOutcome.ENQUEUED);
    }

    @Test
    void two_that_both_think_they_lead_fire_each_moment_once() throws Exception {
        for (int i = 0; i < 60; i++) {
            rounds.lateByHours(hourly("pair-" + i).missed(MissedPolicy.ALL, 5), 5);
        }
        Scheduler other = new Scheduler(rounds.test().database(), rounds.wheel(), rounds.clock(), () -> {});
        CountDownLatch together = new CountDownLatch(2);
        List<Thread> both = List.of(
                Threads.startVirtual("first", () -> round(rounds.scheduler(), together)),
                Threads.startVirtual("second", () -> round(other, together)));
        for (Thread each : both) {
            assertThat(Threads.join(each, BOUND)).isTrue();
        }
        assertThat(rounds.rows("""
                        SELECT DISTINCT count(*) || ' ' || count(DISTINCT payload ->> 'at')
                        FROM tasks
                        WHERE tags[1] LIKE 'schedule:pair-%'
                        GROUP BY tags
                        """)).containsExactly("5 5");
        assertThat(rounds.rows("SELECT count(*) FROM schedules WHERE next_at < now()"))
                .containsExactly("0");
    }

    private static void round(Scheduler scheduler, CountDownLatch together) {
        together.countDown();
        try {
            together.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        scheduler.round(handle -> {});
    }

    @Test
    void who_leads_no_longer_fires_nothing() {
        rounds.lateByHours(hourly("led"), 1);
        assertThatThrownBy(() -> rounds.scheduler().round(handle -> {
                    throw new MainstayException(ErrorCode.LEASE_LOST, "led by another");
                }))
                .hasMessage("led by another");
        assertThat(rounds.schedules().fires("led", 10)).isEmpty();
        rounds.round();
        assertThat(tasksOf("led")).hasSize(1);
    }

    @Test
    void what_somebody_is_changing_is_left_to_them_and_looked_at_again_soon() throws Exception {
        rounds.lateByHours(hourly("held"), 1);
        try (Connection connection = rounds.test().superuser();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("UPDATE schedules SET description = 'held' WHERE name = 'held'");
            rounds.round();
            assertThat(tasksOf("held")).isEmpty();
            connection.commit();
        }
        rounds.round();
        assertThat(tasksOf("held")).hasSize(1);
    }

    @Test
    void a_round_is_planned_for_the_moment_the_next_schedule_is_due_and_not_before() {
        rounds.schedules().create(hourly("soon"));
        rounds.change("UPDATE schedules SET next_at = clock_timestamp() + interval '9 seconds' WHERE name = 'soon'");
        AtomicInteger woken = new AtomicInteger();
        Scheduler alone = new Scheduler(rounds.test().database(), rounds.wheel(), rounds.clock(), () -> {});
        alone.wokenBy(woken::incrementAndGet);
        alone.round(handle -> {});
        assertThat(woken).hasValue(1);
        // It was less than nine seconds by the time the round asked, and surely more than none.
        rounds.clock().advance(Duration.ofMillis(5));
        rounds.wheel().fireDue();
        int early = woken.get();
        rounds.clock().advance(Duration.ofSeconds(9));
        rounds.wheel().fireDue();
        assertThat(early).isLessThanOrEqualTo(2);
        assertThat(woken).hasValue(2);
    }

    @Test
    void a_schedule_no_node_can_read_is_paused_with_the_reason_and_the_others_fire() {
        rounds.lateByHours(hourly("good"), 1);
        rounds.schedules().create(hourly("moon"));
        rounds.change(
                "UPDATE schedules SET every = NULL, cron = '0 * * * *', zone = 'Moon/Crater', next_at = '2020-01-01Z'"
                        + " WHERE name = 'moon'");
        rounds.round();
        assertThat(tasksOf("good")).hasSize(1);
        assertThat(rounds.rows("SELECT paused || ' ' || pause_reason FROM schedules WHERE name = 'moon'"))
                .singleElement()
                .asString()
                .startsWith("true this node cannot read it: Unknown time-zone ID: Moon/Crater");
    }

    @Test
    void fires_are_forgotten_with_their_retention_but_not_while_their_task_is_open() {
        rounds.lateByHours(hourly("old").missed(MissedPolicy.ALL, 3), 3);
        rounds.round();
        UUID ended = Objects.requireNonNull(
                rounds.schedules().fires("old", 3).getLast().task());
        rounds.complete(ended);
        rounds.change("UPDATE schedule_fires SET fired_at = now() - interval '40 days'");
        rounds.scheduler().forget(Duration.ofDays(30), handle -> {});
        assertThat(rounds.schedules().fires("old", 10)).hasSize(2).noneMatch(fire -> ended.equals(fire.task()));
    }

    @Test
    void the_payload_is_the_templates_with_the_planned_moment_and_the_name_in_its_texts() {
        NewTask task = NewTask.of("report", List.of("${schedule.name} at ${schedule.planned}", 1, "${other}"));
        Instant planned = rounds.lateByHours(NewSchedule.every("filled", HOUR, task), 1);
        rounds.round();
        assertThat(rounds.rows("SELECT payload FROM tasks WHERE tags @> ARRAY['schedule:filled']"))
                .containsExactly("[\"filled at " + planned + "\", 1, \"${other}\"]");
    }
}
