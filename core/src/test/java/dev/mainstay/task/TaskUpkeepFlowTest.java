package dev.mainstay.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What one node does for the tasks of all, again and again.
class TaskUpkeepFlowTest {
    private static final Duration KEPT = Duration.ofDays(30);
    private final TaskStage stage = new TaskStage();
    private final AtomicInteger told = new AtomicInteger();
    private final TaskUpkeep upkeep = new TaskUpkeep(stage.test().database(), told::incrementAndGet);

    @AfterEach
    void drop() {
        stage.close();
    }

    @Test
    void the_end_of_one_ends_all_that_need_it_however_long_the_chain_is() {
        UUID first = stage.enqueue("first");
        stage.execute("""
                DO $$
                DECLARE
                    before uuid := (SELECT id FROM tasks);
                BEGIN
                    FOR number IN 1..3000 LOOP
                        SELECT id INTO before
                        FROM task_enqueue((SELECT organization_id FROM tasks LIMIT 1), 'work', '0', needs => ARRAY[before]);
                    END LOOP;
                END $$
                """);
        stage.execute("SELECT task_cancel(organization_id, id, 'enough') FROM tasks WHERE id = '" + first + "'");
        assertThat(stage.value("SELECT count(*) FROM tasks WHERE state = 'cancelled'"))
                .isEqualTo("3001");
        assertThat(stage.value("SELECT count(*) FROM task_needs")).isEqualTo("0");
    }

    @Test
    void what_comes_due_at_once_is_claimable_after_one_round() {
        stage.enqueue("one");
        stage.execute("""
                SELECT task_enqueue(task.organization_id, 'work', '0', delay => '1 hour')
                FROM tasks task
                CROSS JOIN generate_series(1, 12000)
                """);
        stage.execute("UPDATE task_delayed SET run_at = now() - interval '1 second'");
        upkeep.round();
        assertThat(stage.value("SELECT count(*) FROM task_ready")).isEqualTo("12001");
        assertThat(told).hasPositiveValue();
    }

    @Test
    void a_step_that_fails_keeps_no_other_from_being_made() throws SQLException {
        UUID task = stage.enqueue(NewTask.of("work", 1).in(Duration.ofHours(1)));
        stage.execute("UPDATE task_delayed SET run_at = now() - interval '1 second'");
        try (Connection connection = stage.test().superuser();
                Statement statement = connection.createStatement()) {
            statement.execute("""
                    CREATE OR REPLACE FUNCTION tasks_rescue() RETURNS TABLE (freed bigint, died bigint)
                    LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no stack left'; END $$
                    """);
        }
        assertThatThrownBy(upkeep::round).hasMessageContaining("no stack left");
        assertThat(stage.value("SELECT task_id FROM task_ready")).isEqualTo(task.toString());
    }

    @Test
    void what_was_kept_beside_tasks_is_forgotten_when_it_is_of_no_use_any_more() {
        UUID session = stage.session();
        stage.enqueue(NewTask.of("work", 1).unique("over"));
        ClaimedTask ended = stage.claim(session);
        stage.execute("SELECT task_signal(organization_id, id, 'word', '1') FROM tasks");
        stage.complete(session, ended);
        stage.enqueue(NewTask.of("work", 2).unique("kept", Duration.ofDays(2)));
        stage.complete(session, stage.claim(session));
        stage.enqueue(NewTask.of("work", 3).unique("dead"));
        ClaimedTask dead = stage.claim(session);
        stage.end(session, dead, "dead", "hopeless", Duration.ZERO);
        UUID open = stage.enqueue(NewTask.of("work", 4).unique("open"));
        stage.execute("SELECT task_signal(organization_id, id, 'word', '1') FROM tasks WHERE id = '" + open + "'");
        stage.execute("UPDATE task_keys SET held_until = held_until - interval '1 day'");
        stage.execute("UPDATE task_signals SET sent_at = sent_at - interval '1 day'");
        stage.execute("INSERT INTO dead_letters SELECT organization_id, gen_random_uuid(), lane_id, reason, "
                + "died_at - interval '31 days' FROM dead_letters");

        upkeep.forget(KEPT, handle -> {});

        assertThat(stage.value("SELECT string_agg(unique_key, ' ' ORDER BY unique_key) FROM task_keys"))
                .isEqualTo("kept open");
        assertThat(stage.value("SELECT task_id FROM task_signals")).isEqualTo(open.toString());
        assertThat(stage.value("SELECT task_id FROM dead_letters"))
                .isEqualTo(dead.id().toString());
    }
}
