package dev.mainstay.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.agent.AgentCommand;
import dev.mainstay.agent.AgentCommands;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.task.QueueLimit;
import dev.mainstay.task.TaskDesks;
import dev.mainstay.testing.TestDatabase;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What actions do to rows that others write too, and what undoing them leaves alone. No node runs, so nothing
/// moves but what the test moves.
class RecoveryUndoFlowTest {
    private final TestDatabase test = TestDatabase.create();
    private final AgentCommands commands = new AgentCommands(test.database(), () -> {});
    private final Map<String, RecoveryAction> actions = RecoveryActions.builtin(test.database(), commands);

    @BeforeEach
    void declare() {
        execute("INSERT INTO agents (organization_id, id, kind, category, source, spec, settings, state) SELECT "
                + "organization_id, 'patient', 'trial', 'SUPPORT', 'code', '{}', '{\"mode\": \"good\"}', 'active' "
                + "FROM organizations");
        execute("SELECT task_lane(organization_id, 'pieces', 'piece') FROM organizations");
    }

    @AfterEach
    void drop() {
        test.close();
    }

    private static Patient agent() {
        return new Patient(Organizations.DEFAULT, UUID.randomUUID(), "patient", "", "trial", "it is broken");
    }

    private static Patient queue() {
        return new Patient(Organizations.DEFAULT, UUID.randomUUID(), "", "pieces", "trial", "it is full");
    }

    private RecoveryAction action(String name) {
        return Objects.requireNonNull(actions.get(name), name);
    }

    private void execute(String sql) {
        test.database().write(handle -> handle.execute(sql));
    }

    private long count(String from) {
        return test.database()
                .read(handle -> handle.createQuery("SELECT count(*) FROM " + from)
                        .mapTo(Long.class)
                        .one());
    }

    private List<String> state() {
        return test.database()
                .read(handle -> handle.createQuery(
                                "SELECT regexp_replace(key, '^recovery/[^/]*', 'aside') || ' ' || value FROM system_state ORDER BY 1")
                        .mapTo(String.class)
                        .list());
    }

    private void keep(String key, int value) {
        execute("INSERT INTO system_state (organization_id, key, value) SELECT organization_id, 'agents/patient/" + key
                + "', '" + value + "' FROM organizations");
    }

    @Test
    void no_state_is_set_aside_when_the_restart_is_refused() {
        keep("cursor", 7);
        commands.give(Organizations.DEFAULT, "patient", AgentCommand.PAUSE, "mine", "me");
        assertThatThrownBy(() -> action("restart-clean").act(agent())).hasMessageContaining("is paused");
        assertThat(state()).containsExactly("agents/patient/cursor 7");
    }

    @Test
    void what_the_agent_keeps_after_a_clean_restart_is_its_own() throws Exception {
        keep("cursor", 7);
        keep("seen", 3);
        Patient patient = agent();
        RecoveryAction clean = action("restart-clean");
        clean.act(patient);
        keep("cursor", 1);
        Map<String, ?> done = clean.act(patient);
        assertThat(state()).contains("agents/patient/cursor 1", "aside/agents/patient/cursor 7");

        assertThat(clean.undo(patient, done))
                .hasValueSatisfying(words -> assertThat(words)
                        .startsWith("1 entries of its state are put back, 1 are there again and the former ones stay"));
        assertThat(state())
                .containsExactly("agents/patient/cursor 1", "agents/patient/seen 3", "aside/agents/patient/cursor 7");
    }

    private void limited(int concurrency) {
        assertThat(count("task_limits WHERE queue = 'pieces' AND concurrency = " + concurrency))
                .isEqualTo(1);
    }

    @Test
    void a_limit_that_two_episodes_lowered_is_put_back_as_it_was_before_both() throws Exception {
        TaskDesks desks = new TaskDesks(test.database(), test.database()::now, () -> {}, () -> {});
        desks.of(Organizations.DEFAULT, "me").limit("pieces", QueueLimit.concurrency(8), "mine");
        RecoveryAction reduce = action("reduce-concurrency");
        Patient first = queue();
        Patient second = queue();
        reduce.act(first);
        Map<String, ?> again = reduce.act(first);
        Map<String, ?> lower = reduce.act(second);
        limited(1);
        assertThat(reduce.undo(first, again)).isEmpty();
        limited(1);
        assertThat(reduce.undo(second, lower)).isPresent();
        limited(8);

        reduce.act(first);
        desks.of(Organizations.DEFAULT, "me").limit("pieces", QueueLimit.concurrency(3), "mine");
        assertThat(reduce.undo(first, again)).isEmpty();
        limited(3);
    }

    @Test
    void a_queue_that_had_no_limit_has_none_again() throws Exception {
        Patient patient = queue();
        RecoveryAction reduce = action("reduce-concurrency");
        Map<String, ?> done = reduce.act(patient);
        limited(1);
        assertThat(reduce.undo(patient, done)).isPresent();
        assertThat(count("task_limits")).isZero();
        assertThat(count("system_events WHERE type = 'queue.limited'")).isEqualTo(2);
    }

    @Test
    void ten_thousand_tasks_at_most_are_put_off_at_once_and_no_others_brought_back() throws Exception {
        execute("INSERT INTO task_ready (lane_id, rank, organization_id, task_id) SELECT lane_id, 7, organization_id, "
                + "gen_random_uuid() FROM task_lanes, generate_series(1, 10500)");
        execute(
                "INSERT INTO task_delayed (organization_id, task_id, run_at, lane_id, rank, cause) SELECT "
                        + "organization_id, gen_random_uuid(), now() + interval '1 minute', lane_id, 7, 'delay' FROM task_lanes");
        Patient patient = queue();
        RecoveryAction shed = action("shed-load");
        Map<String, ?> done = shed.act(patient);
        assertThat(done.get("putOff")).isEqualTo(10_000L);
        assertThat(count("task_ready WHERE seq <= 500")).isEqualTo(500);
        assertThat(count("task_ready")).isEqualTo(500);
        assertThat(shed.undo(patient, done)).hasValue("10000 tasks can be claimed at once");
        assertThat(count("task_delayed WHERE cause = 'delay'")).isEqualTo(1);
        assertThat(count("task_ready")).isEqualTo(10_500);
    }

    private void runsOn(String agent, String node) {
        execute(
                "INSERT INTO node_sessions (session_id, node_id, kinds, expires_at) SELECT gen_random_uuid(), node, "
                        + "'{trial}', now() + interval '1 hour' FROM unnest(ARRAY['node-a', 'node-b']) AS node ON CONFLICT DO NOTHING");
        execute("INSERT INTO agent_leases (organization_id, agent_id, session_id, node_id) SELECT organization_id, '"
                + agent + "', session_id, node_id FROM organizations, node_sessions WHERE node_id = '" + node
                + "' ON CONFLICT (organization_id, agent_id) DO UPDATE SET session_id = excluded.session_id, "
                + "node_id = excluded.node_id, leaving = false");
    }

    @Test
    void an_agent_that_was_handed_over_stays_there_when_the_answer_was_lost() throws Exception {
        for (String name : List.of("move-agent", "clear-lease")) {
            runsOn("patient", "node-a");
            Patient patient = agent();
            Map<String, ?> done = action(name).act(patient);
            assertThat(String.valueOf(done.get("from"))).isEqualTo("node-a");
            runsOn("patient", "node-b");
            assertThat(action(name).act(patient)).as(name).isEqualTo(done);
            assertThat(count("agent_leases WHERE node_id = 'node-b' AND avoid = 'node-a' AND NOT leaving"))
                    .as(name)
                    .isEqualTo(1);
        }
    }

    @Test
    void a_member_of_a_group_is_not_moved_away_from_the_others() {
        execute("INSERT INTO agents (organization_id, id, kind, category, source, spec, state) SELECT organization_id, "
                + "'other', 'trial', 'SUPPORT', 'code', '{}', 'active' FROM organizations");
        execute("UPDATE agents SET group_name = 'shop'");
        runsOn("patient", "node-a");
        runsOn("other", "node-a");
        assertThat(whyNotMoved()).hasValueSatisfying(why -> assertThat(why).contains("its group is on the same node"));
        runsOn("other", "node-b");
        assertThat(whyNotMoved()).isEmpty();
    }

    private Optional<String> whyNotMoved() {
        return test.database().read(handle -> action("move-agent").whyPointless(handle, agent(), List.of()));
    }

    private void declare(String mode) {
        execute("UPDATE agents SET settings = '{\"mode\": \"" + mode + "\"}' WHERE id = 'patient'");
    }

    private String declared() {
        return test.database()
                .read(handle -> handle.createQuery("SELECT settings ->> 'mode' FROM agents")
                        .mapTo(String.class)
                        .one());
    }

    private Patient rolledBack() throws Exception {
        execute("INSERT INTO agent_heartbeats (organization_id, agent_id, at, sequence, fence, phase, ticks, failures, "
                + "items, busy_ms, max_ms, late_ms, abandoned) SELECT organization_id, agent_id, declared_at + interval "
                + "'1 microsecond', 1, 1, 'working', 3, 0, 3, 1, 1, 0, 0 FROM agent_declarations");
        declare("bad");
        Patient patient = agent();
        action("roll-back-configuration").act(patient);
        assertThat(declared()).isEqualTo("good");
        return patient;
    }

    @Test
    void a_roll_back_that_nobody_answered_can_be_undone() throws Exception {
        Patient patient = rolledBack();
        assertThat(action("roll-back-configuration").undo(patient, Map.of())).isPresent();
        assertThat(declared()).isEqualTo("bad");
    }

    @Test
    void undoing_a_roll_back_leaves_a_newer_declaration_alone() throws Exception {
        Patient patient = rolledBack();
        declare("newer");
        assertThat(action("roll-back-configuration").undo(patient, Map.of())).isEmpty();
        assertThat(declared()).isEqualTo("newer");
    }

    @Test
    void undoing_a_roll_back_starts_nobody_whom_people_stopped() throws Exception {
        Patient patient = rolledBack();
        commands.give(Organizations.DEFAULT, "patient", AgentCommand.SHUTDOWN, "mine", "me");
        assertThat(action("roll-back-configuration").undo(patient, Map.of())).isPresent();
        assertThat(declared()).isEqualTo("bad");
        assertThat(count("agents WHERE desired = 'shutdown'")).isEqualTo(1);
    }

    @Test
    void undoing_a_roll_back_again_goes_on_though_the_agent_is_paused() throws Exception {
        Patient patient = rolledBack();
        commands.give(Organizations.DEFAULT, "patient", AgentCommand.PAUSE, "mine", "me");
        assertThat(action("roll-back-configuration").undo(patient, Map.of())).isPresent();
        assertThat(action("roll-back-configuration").undo(patient, Map.of())).isPresent();
        assertThat(declared()).isEqualTo("bad");
        assertThat(count("agents WHERE desired = 'paused'")).isEqualTo(1);
    }

    @Test
    void an_agent_in_quarantine_keeps_its_back_off_from_healing_alone() throws Exception {
        execute("UPDATE agents SET state = 'recovering'");
        execute("UPDATE agents SET state = 'failed'");
        execute(
                "UPDATE agents SET state = 'quarantined', quarantines = 3, quarantine_until = now() + interval '1 hour'");
        assertThatThrownBy(() -> action("restart-agent").act(agent())).hasMessageContaining("is quarantined");
        assertThat(count("agents WHERE quarantines = 3 AND quarantine_until > now() + interval '50 minutes'"))
                .isEqualTo(1);
        action("restart-clean").act(agent());
        assertThat(count("agents WHERE quarantines = 3 AND quarantine_until <= now()"))
                .isEqualTo(1);
        commands.give(Organizations.DEFAULT, "patient", AgentCommand.RESTART, "mended", "me");
        assertThat(count("agents WHERE quarantines = 0")).isEqualTo(1);
    }

    @Test
    void a_queue_has_its_cool_down_and_its_share_as_an_agent_has() {
        execute("SELECT task_lane(organization_id, more, 'piece') FROM organizations, unnest(ARRAY['a', 'b']) AS more");
        Patient patient = queue();
        execute("INSERT INTO recoveries (organization_id, recovery_id, agent_id, queue, cause, playbook, alert_id, "
                + "alert_summary, state, began_at, detected_at, dry_run) SELECT organization_id, '" + patient.recovery()
                + "', '', 'pieces', 'trial', 'trial', gen_random_uuid(), '', 'acting', now(), now(), false "
                + "FROM organizations");
        execute("INSERT INTO recovery_actions (organization_id, recovery_id, ordinal, agent_id, cause, action, reason, "
                + "task_id) SELECT organization_id, '" + patient.recovery() + "', 1, '', 'trial', 'shed-load', '', "
                + "gen_random_uuid() FROM organizations");
        PastStore pasts = new PastStore();
        test.database().write(handle -> {
            assertThat(pasts.past(handle, patient, Playbook.builtin().getFirst().per())
                            .lastTried())
                    .containsOnlyKeys("shed-load");
            assertThat(pasts.treated(handle, patient)).isEqualTo(new PastStore.Treated(1, 3));
            return true;
        });
    }

    @Test
    void who_is_treated_is_counted_among_what_is_under_way_alone() {
        List<String> plan = test.database().write(handle -> {
            handle.execute("SET LOCAL enable_seqscan = off");
            return handle.createQuery("EXPLAIN " + PastStore.TREATED_AGENTS)
                    .bind("organization", Organizations.DEFAULT)
                    .bind("agent", "patient")
                    .mapTo(String.class)
                    .list();
        });
        assertThat(plan).noneMatch(line -> line.contains("Seq Scan on recoveries"));
        assertThat(plan).anyMatch(line -> line.contains("recoveries_open"));
    }

    @Test
    void whose_treatment_began_just_now_counts_though_it_is_over() {
        insertRecovered("quick", "5 seconds");
        insertRecovered("slow", "11 seconds");
        insertRecovered("patient", "5 seconds");
        long treated = test.database()
                .write(handle -> new PastStore().treated(handle, agent()).subjects());
        assertThat(treated).isEqualTo(1);
    }

    private void insertRecovered(String agent, String before) {
        execute("WITH recovery AS (INSERT INTO recoveries (organization_id, agent_id, cause, playbook, alert_id, "
                + "alert_summary, state, began_at, detected_at, ended_at, dry_run) SELECT organization_id, '" + agent
                + "', 'trial', 'trial', gen_random_uuid(), '', 'recovered', now(), now(), now(), false "
                + "FROM organizations RETURNING *) "
                + "INSERT INTO recovery_actions (organization_id, recovery_id, ordinal, agent_id, cause, action, reason, "
                + "task_id, decided_at) SELECT organization_id, recovery_id, 1, agent_id, cause, 'restart-agent', '', "
                + "gen_random_uuid(), now() - interval '" + before + "' FROM recovery");
    }

    private boolean isToBeUndoneAgain(String due, String failed) {
        execute("UPDATE recovery_actions SET undo_due_at = now() - interval '" + due + "'");
        execute("UPDATE tasks SET ended_at = now() - interval '" + failed + "'");
        return !test.database().read(UndoStore::due).isEmpty();
    }

    @Test
    void an_undo_that_fails_is_tried_again_after_twice_the_time_and_each_day_in_the_end() {
        execute("INSERT INTO tasks (organization_id, id, lane_id, state, payload, ended_at) SELECT organization_id, "
                + "task_new_id(), lane_id, 'dead', '{}', now() FROM task_lanes");
        execute("INSERT INTO recovery_actions (organization_id, recovery_id, ordinal, agent_id, cause, action, reason, "
                + "reversible, undo_task_id) SELECT organization_id, gen_random_uuid(), 1, 'patient', 'trial', "
                + "'open-circuit', '', true, id FROM tasks");
        assertThat(isToBeUndoneAgain("10 seconds", "5 seconds")).isFalse();
        assertThat(isToBeUndoneAgain("70 seconds", "65 seconds")).isTrue();
        assertThat(isToBeUndoneAgain("1 hour", "20 minutes")).isFalse();
        assertThat(isToBeUndoneAgain("1 hour", "40 minutes")).isTrue();
        assertThat(isToBeUndoneAgain("20 days", "23 hours")).isFalse();
        assertThat(isToBeUndoneAgain("20 days", "25 hours")).isTrue();
    }

    @Test
    void what_changes_state_or_a_declaration_is_grave_and_not_the_first_thing_against_a_crash() {
        assertThat(List.of(
                        action("restart-clean").risk(),
                        action("roll-back-configuration").risk()))
                .containsOnly(RecoveryAction.Risk.HIGH);
        assertThat(Playbook.builtin())
                .filteredOn(playbook -> playbook.cause().equals("crash"))
                .singleElement()
                .extracting(playbook -> playbook.actions().getFirst())
                .isEqualTo("restart-agent");
        assertThat(Playbook.builtin())
                .filteredOn(playbook -> playbook.cause().equals("quarantine"))
                .allSatisfy(playbook -> assertThat(playbook.actions()).doesNotContain("restart-agent"));
    }
}
