package dev.mainstay.recovery;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.agent.AgentCommands;
import dev.mainstay.postgres.Jsonb;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.task.TaskQueue;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What is decided on for an agent that is sick, by what was done before and by what its playbook names. Rounds are
/// made by hand, and nobody does what they decide.
class RecoveryChoiceFlowTest {
    private static final RecoveryPolicy LEARNING = RecoveryPolicy.DEFAULT;
    private static final RecoveryPolicy NOT_LEARNING =
            new RecoveryPolicy(LEARNING.mode(), LEARNING.share(), LEARNING.approvedUpTo(), false);

    private final TestDatabase test = TestDatabase.create();
    private TaskQueue tasks;

    /// The fleet has ended before that: it would look for the alert and not find it.
    @BeforeEach
    void fallSick() {
        try (Fleet ended =
                Fleet.builder().database(test.database()).node("node-a").start()) {
            tasks = ended.tasks();
        }
        execute("""
                INSERT INTO agents (organization_id, id, kind, category, source, spec)
                VALUES (?, 'a', 'test', 'SUPPORT', 'code', '{}')
                """, Organizations.DEFAULT);
        execute("""
                INSERT INTO alerts (organization_id, fingerprint, rule, severity, state, agent_id, summary, group_key,
                    began_at, fired_at, openings)
                VALUES (?, 'sick|a', 'sick', 'warning', 'firing', 'a', 'it is sick', 'sick',
                    now() - interval '2 minutes', now() - interval '1 minute', ARRAY[now() - interval '1 minute'])
                """, Organizations.DEFAULT);
    }

    @AfterEach
    void drop() {
        test.close();
    }

    private void execute(String sql, Object... values) {
        test.database().write(handle -> handle.execute(sql, values));
    }

    private List<String> list(String sql) {
        return test.database()
                .read(handle -> handle.createQuery(sql).mapTo(String.class).list());
    }

    /// Opens an episode, and decides in it.
    private void round(RecoveryPolicy policy, String... actions) {
        RecoveryEngine engine = new RecoveryEngine.Builder(
                        test.database(), new AgentCommands(test.database(), () -> {}))
                .policy(policy)
                .playbook(new Playbook(
                        "sickness",
                        Set.of("sick"),
                        List.of(actions),
                        Duration.ofMinutes(1),
                        Duration.ofHours(1),
                        3,
                        Duration.ofMinutes(30)))
                .build();
        assertThat(engine.round(tasks::of).failures()).isEmpty();
    }

    private String episode(String column) {
        return list("SELECT " + column + " FROM recoveries ORDER BY opened_at DESC LIMIT 1")
                .getFirst();
    }

    /// The actions of the tasks that were enqueued to heal.
    private List<String> orders() {
        return list("""
                SELECT task.payload ->> 'action'
                FROM tasks task
                JOIN task_lanes lane USING (organization_id, lane_id)
                WHERE lane.type = 'mainstay.recovery'
                """);
    }

    /// An episode that is over, and whose only action was decided on just now.
    private void restartedBefore(String result) {
        UUID recovery = UUID.randomUUID();
        execute("""
                INSERT INTO recoveries (organization_id, recovery_id, agent_id, cause, playbook, alert_id,
                    alert_summary, state, began_at, detected_at, opened_at, ended_at, dry_run)
                VALUES (?, ?, 'a', 'sickness', 'sickness', gen_random_uuid(), 'it was sick', 'recovered',
                    now() - interval '2 hours', now() - interval '2 hours', now() - interval '2 hours',
                    now() - interval '1 second', false)
                """, Organizations.DEFAULT, recovery);
        execute("""
                INSERT INTO recovery_actions (organization_id, recovery_id, ordinal, agent_id, cause, action, reason,
                    task_id, result)
                VALUES (?, ?, 1, 'a', 'sickness', 'restart-agent', '', gen_random_uuid(), CAST(? AS jsonb))
                """, Organizations.DEFAULT, recovery, result);
    }

    @Test
    void an_agent_is_not_restarted_again_before_the_cool_down_is_over() {
        restartedBefore("{}");
        round(LEARNING, "restart-agent");
        assertThat(episode("state")).isEqualTo("detected");
        assertThat(episode("outcome")).isEqualTo("restart-agent waits: it was done less than 1h ago");
        assertThat(orders()).isEmpty();

        execute("UPDATE recovery_actions SET decided_at = now() - interval '61 minutes'");
        round(LEARNING, "restart-agent");
        assertThat(episode("state")).isEqualTo("acting");
        assertThat(orders()).containsExactly("restart-agent");
    }

    @Test
    void what_was_decided_on_and_not_done_has_no_cool_down() {
        restartedBefore("{\"notDone\": \"the alert has ended\"}");
        round(LEARNING, "restart-agent");
        assertThat(orders()).containsExactly("restart-agent");
    }

    @Test
    void a_task_of_the_users_own_type_says_once_who_is_to_be_healed_of_what() throws Exception {
        round(LEARNING, "task:rebuild-cache");
        assertThat(orders()).containsExactly("task:rebuild-cache");

        UUID recovery = UUID.fromString(episode("recovery_id"));
        Patient patient = new Patient(Organizations.DEFAULT, recovery, "a", "", "sickness", "it is sick");
        RecoveryAction action = RecoveryActions.task("task:rebuild-cache", test.database());
        Map<String, ?> done = action.act(patient);
        assertThat(action.act(patient)).as("called again after a crash").isEqualTo(done);

        String ofTheUser = " FROM tasks task JOIN task_lanes lane USING (organization_id, lane_id)"
                + " WHERE lane.queue = 'rebuild-cache' AND lane.type = 'rebuild-cache'";
        assertThat(list("SELECT task.id" + ofTheUser))
                .containsExactly(requireNonNull(done.get("task")).toString());
        assertThat(list("SELECT task.actor || ' ' || array_to_string(task.tags, ' ')" + ofTheUser))
                .containsExactly("recovery:" + recovery + " recovery");
        assertThat(Jsonb.map(list("SELECT task.payload" + ofTheUser).getFirst()))
                .isEqualTo(Map.of(
                        "organization",
                        Organizations.DEFAULT.toString(),
                        "recovery",
                        recovery.toString(),
                        "agent",
                        "a",
                        "queue",
                        "",
                        "cause",
                        "sickness",
                        "summary",
                        "it is sick"));
    }

    @Test
    void a_playbook_that_calls_people_ends_the_episode_and_does_nothing() {
        String why = "the playbook calls people: call-person, the only thing left: never tried against sickness before";
        round(LEARNING, "call-person");
        assertThat(episode("state")).isEqualTo("escalated");
        assertThat(episode("outcome")).isEqualTo(why);
        assertThat(list("SELECT severity || ' ' || agent_id || ' ' || cause FROM system_events"
                        + " WHERE type = 'recovery.escalated'"))
                .containsExactly("critical a " + why);
        assertThat(orders()).isEmpty();
        assertThat(list("SELECT action FROM recovery_actions")).isEmpty();
    }

    private void restartsHaveHelpedOthers() {
        execute("""
                INSERT INTO recovery_actions (organization_id, recovery_id, ordinal, agent_id, cause, action, reason,
                    healed)
                SELECT ?, gen_random_uuid(), 1, 'other', 'sickness', 'restart-agent', '', true
                FROM generate_series(1, 5)
                """, Organizations.DEFAULT);
    }

    @Test
    void what_has_helped_more_is_done_before_what_the_playbook_names_first() {
        restartsHaveHelpedOthers();
        round(LEARNING, "reconnect", "restart-agent");
        assertThat(orders()).containsExactly("restart-agent");
        assertThat(episode("outcome"))
                .isEqualTo("restart-agent rather than reconnect: helped 5 of 5 times against sickness");
    }

    @Test
    void without_learning_the_order_of_the_playbook_stands_whatever_has_helped() {
        restartsHaveHelpedOthers();
        round(NOT_LEARNING, "reconnect", "restart-agent");
        assertThat(orders()).containsExactly("reconnect");
    }
}
