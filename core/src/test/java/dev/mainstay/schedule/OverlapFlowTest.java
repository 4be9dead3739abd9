package dev.mainstay.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.task.NewTask;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// What a fire does while tasks of earlier ones are open.
class OverlapFlowTest {
    private static final ScheduleRounds rounds = new ScheduleRounds();

    @AfterAll
    static void close() {
        rounds.close();
    }

    /// Four moments are due at once, and no worker ends their tasks.
    private static void fireFour(String name, OverlapPolicy policy) {
        NewTask task = NewTask.of("report", name);
        rounds.lateByHours(
                NewSchedule.every(name, Duration.ofHours(1), task)
                        .missed(MissedPolicy.ALL, 4)
                        .overlap(policy),
                4);
        rounds.round();
    }

    private static List<String> standing(String name) {
        return rounds.rows("""
                SELECT CASE WHEN task.state <> 'open' THEN task.state
                    WHEN EXISTS (SELECT FROM task_blocked WHERE task_id = task.id) THEN 'in line'
                    ELSE 'ready' END
                FROM tasks task
                JOIN schedule_fires fire ON fire.task_id = task.id
                WHERE tags @> ARRAY['schedule:%s']
                ORDER BY planned_at
                """.formatted(name));
    }

    private static UUID task(String name, int fire) {
        return Objects.requireNonNull(
                rounds.schedules().fires(name, 100).reversed().get(fire).task());
    }

    @Test
    void skip_leaves_fires_out_until_the_task_has_ended() {
        fireFour("skip", OverlapPolicy.SKIP);
        assertThat(rounds.outcomes("skip"))
                .containsExactly(FireOutcome.ENQUEUED, FireOutcome.SKIPPED, FireOutcome.SKIPPED, FireOutcome.SKIPPED);
        rounds.complete(task("skip", 0));
        assertThat(rounds.schedules().run("skip", null).outcome()).isEqualTo(FireOutcome.ENQUEUED);
        assertThat(rounds.schedules().run("skip", null).outcome()).isEqualTo(FireOutcome.SKIPPED);
    }

    @Test
    void buffer_one_lets_one_wait() {
        fireFour("one", OverlapPolicy.BUFFER_ONE);
        assertThat(rounds.outcomes("one"))
                .containsExactly(FireOutcome.ENQUEUED, FireOutcome.ENQUEUED, FireOutcome.SKIPPED, FireOutcome.SKIPPED);
        assertThat(standing("one")).containsExactly("ready", "in line");
    }

    @Test
    void buffer_all_lets_all_wait_and_go_on_in_order() {
        fireFour("line", OverlapPolicy.BUFFER_ALL);
        assertThat(standing("line")).containsExactly("ready", "in line", "in line", "in line");
        rounds.complete(task("line", 0));
        assertThat(standing("line")).containsExactly("cancelled", "ready", "in line", "in line");
    }

    @Test
    void cancel_other_leaves_the_newest_alone() {
        fireFour("newest", OverlapPolicy.CANCEL_OTHER);
        assertThat(standing("newest")).containsExactly("cancelled", "cancelled", "cancelled", "ready");
        assertThat(rounds.rows("SELECT min(error) FROM tasks WHERE tags @> ARRAY['schedule:newest']"))
                .singleElement()
                .asString()
                .startsWith("replaced by the next fire of schedule newest, planned at 20");
    }

    @Test
    void allow_all_lets_them_be_beside_one_another() {
        fireFour("many", OverlapPolicy.ALLOW_ALL);
        assertThat(standing("many")).containsExactly("ready", "ready", "ready", "ready");
    }

    @Test
    void what_a_transaction_of_others_holds_keeps_no_other_schedule_from_firing() throws SQLException {
        fireFour("held", OverlapPolicy.CANCEL_OTHER);
        rounds.lateByHours(NewSchedule.every("free", Duration.ofHours(1), ScheduleRounds.TASK), 1);
        rounds.dueSince("held", rounds.test().database().now().minus(Duration.ofHours(2)));
        try (Connection connection = rounds.test().superuser();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SELECT FROM tasks WHERE id = '" + task("held", 3) + "' FOR UPDATE");
            rounds.round();
            assertThat(rounds.outcomes("held")).hasSize(4);
            assertThat(standing("free")).containsExactly("ready");
            connection.rollback();
        }
        rounds.round();
        assertThat(rounds.outcomes("held")).hasSizeGreaterThan(4);
    }

    @Test
    void a_person_may_want_another_policy_for_one_fire() {
        fireFour("wanted", OverlapPolicy.SKIP);
        assertThat(rounds.schedules().run("wanted", OverlapPolicy.ALLOW_ALL).outcome())
                .isEqualTo(FireOutcome.ENQUEUED);
        assertThat(standing("wanted")).containsExactly("ready", "ready");
    }
}
