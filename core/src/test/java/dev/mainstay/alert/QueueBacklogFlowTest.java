package dev.mainstay.alert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.DatabaseSlowness;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.testing.TestDatabase;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// When the builtin rule `queue-backlog` speaks of a queue: tasks that wait are none of its business while they
/// are worked off.
class QueueBacklogFlowTest {
    private static final AlertRule RULE = BuiltinRules.all().stream()
            .filter(rule -> rule.name().equals("queue-backlog"))
            .findFirst()
            .orElseThrow();

    private final TestDatabase test = TestDatabase.create();

    @BeforeEach
    void declare() {
        new DeclaredRules(test.database(), Organizations.DEFAULT).declare(List.of(RULE));
        run("SELECT task_lane(organization_id, 'pieces', 'piece') FROM organizations");
        run("INSERT INTO metric_series (organization_id, agent_id, name, labels, unit) SELECT organization_id, '', "
                + "'task.attempts', '{\"queue\": \"pieces\", \"type\": \"piece\", \"outcome\": \"completed\"}', 'tasks' "
                + "FROM organizations");
    }

    @AfterEach
    void drop() {
        test.close();
    }

    private void run(String sql) {
        test.database().write(handle -> handle.execute(sql));
    }

    private void wait(int tasks) {
        run("INSERT INTO task_ready (lane_id, rank, organization_id, task_id) SELECT lane_id, 5, organization_id, "
                + "gen_random_uuid() FROM task_lanes, generate_series(1, " + tasks + ")");
    }

    /// So many ended so long ago.
    private void ended(int tasks, String ago) {
        run(
                "INSERT INTO performance_metrics (organization_id, series_id, at, value) SELECT organization_id, series_id, "
                        + "clock_timestamp() - interval '" + ago + "', " + tasks + " FROM metric_series");
    }

    private List<Alert> looked() {
        AlertEngine engine = new AlertEngine(test.database(), List.of(), () -> {}, () -> DatabaseSlowness.NONE);
        engine.round(handle -> {});
        run("UPDATE alerts SET pending_at = pending_at - interval '1 minute' WHERE state = 'pending'");
        engine.round(handle -> {});
        return new AlertDesk(test.database().api(Organizations.DEFAULT))
                .list(Optional.empty(), Optional.of(RULE.name()), Optional.empty(), Optional.empty(), 10);
    }

    @Test
    void a_backlog_of_which_nothing_ends_is_an_alert() {
        wait(1_000);
        ended(500, "2 minutes");
        assertThat(looked()).singleElement().satisfies(alert -> {
            assertThat(alert.state()).isEqualTo(AlertState.FIRING);
            assertThat(alert.summary()).isEqualTo("1000 tasks wait to be claimed, and 0 a minute end");
        });
    }

    @Test
    void one_that_is_worked_off_within_ten_minutes_is_none() {
        wait(2_000);
        ended(200, "30 seconds");
        assertThat(looked()).isEmpty();
    }

    @Test
    void one_that_would_take_longer_is_an_alert() {
        wait(2_001);
        ended(200, "30 seconds");
        assertThat(looked()).hasSize(1);
    }

    @Test
    void what_began_to_end_a_moment_ago_counts_as_if_it_had_gone_on_for_a_minute() {
        wait(2_000);
        ended(40, "5 seconds");
        assertThat(looked()).isEmpty();
    }

    @Test
    void an_alert_ends_when_the_queue_is_worked_off_again() {
        wait(2_000);
        assertThat(looked()).singleElement().extracting(Alert::state).isEqualTo(AlertState.FIRING);
        ended(300, "5 seconds");
        assertThat(looked()).singleElement().extracting(Alert::state).isEqualTo(AlertState.RESOLVED);
    }
}
