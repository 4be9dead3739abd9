package dev.mainstay.cluster;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.agent.OutsideAgents;
import dev.mainstay.postgres.Partitions;
import dev.mainstay.postgres.Retention;
import dev.mainstay.telemetry.Rollup;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Who does a duty, under which term, and what a holder that lost it can still do: nothing.
class LeadershipFlowTest {
    private static final Duration BOUND = Duration.ofMinutes(1);
    private static final Duration OFTEN = Duration.ofMillis(20);
    private final TestDatabase test = TestDatabase.create();
    private final BlockingQueue<DutyLease> roundsOfA = new LinkedBlockingQueue<>();
    private final BlockingQueue<DutyLease> roundsOfB = new LinkedBlockingQueue<>();
    private final Leadership nodeA = leadership("node-a", roundsOfA);
    private final Leadership nodeB = leadership("node-b", roundsOfB);

    @AfterEach
    void close() {
        nodeA.close();
        nodeB.close();
        test.close();
    }

    private Leadership leadership(String node, BlockingQueue<DutyLease> rounds) {
        return new Leadership(test.database(), node, List.of(new Duty("sweep", OFTEN, rounds::add)));
    }

    private UUID session(String node) {
        UUID session = UUID.randomUUID();
        test.database()
                .write(handle -> handle.createUpdate("""
                        INSERT INTO node_sessions (session_id, node_id, expires_at)
                        VALUES (:session, :node, clock_timestamp() + interval '1 hour')
                        """)
                        .bind("session", session)
                        .bind("node", node)
                        .execute());
        return session;
    }

    private void end(UUID session) {
        test.database()
                .write(handle -> handle.createUpdate(
                                "UPDATE node_sessions SET ended_at = clock_timestamp() WHERE session_id = :session")
                        .bind("session", session)
                        .execute());
    }

    private static DutyLease next(BlockingQueue<DutyLease> rounds) throws InterruptedException {
        DutyLease lease = rounds.poll(BOUND.toSeconds(), TimeUnit.SECONDS);
        assertThat(lease).as("a round within " + BOUND).isNotNull();
        return lease;
    }

    private void write(DutyLease lease) {
        test.database().control(handle -> {
            lease.check(handle);
            return handle.execute("UPDATE duties SET since = clock_timestamp()");
        });
    }

    @Test
    void one_of_two_does_the_duty_and_the_other_takes_it_over_under_a_higher_term() throws InterruptedException {
        UUID first = session("node-a");
        nodeA.joined(first);
        DutyLease held = next(roundsOfA);
        assertThat(held).isEqualTo(new DutyLease("sweep", first, 1));
        write(held);

        UUID second = session("node-b");
        nodeB.joined(second);
        roundsOfA.clear();
        next(roundsOfA);
        assertThat(nodeB.holds("sweep")).isFalse();
        assertThat(roundsOfB).isEmpty();

        end(first);
        nodeB.vacant();
        DutyLease taken = next(roundsOfB);
        assertThat(taken).isEqualTo(new DutyLease("sweep", second, 2));
        write(taken);
    }

    @Test
    void a_holder_that_lost_its_duty_changes_nothing_any_more_and_notices() throws InterruptedException {
        UUID first = session("node-a");
        nodeA.joined(first);
        DutyLease lost = next(roundsOfA);
        end(first);
        nodeB.joined(session("node-b"));
        DutyLease taken = next(roundsOfB);

        assertThatThrownBy(() -> write(lost))
                .isInstanceOfSatisfying(
                        MainstayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LEASE_LOST))
                .hasMessageContaining("term 1");
        write(taken);
        Eventually.holds("the loser notices", BOUND, () -> !nodeA.holds("sweep"));
    }

    @Test
    void one_session_that_lost_a_duty_and_has_it_again_cannot_write_under_its_old_term() throws InterruptedException {
        UUID first = session("node-a");
        nodeA.joined(first);
        DutyLease old = next(roundsOfA);
        test.database().write(handle -> handle.execute("UPDATE duties SET term = term + 1"));
        assertThatThrownBy(() -> write(old)).isInstanceOf(MainstayException.class);
        DutyLease again = next(roundsOfA);
        while (again.equals(old)) {
            again = next(roundsOfA);
        }
        assertThat(again).isEqualTo(new DutyLease("sweep", first, 3));
        write(again);
    }

    @Test
    void a_duty_whose_taking_went_unanswered_is_done_by_its_session_at_once() throws InterruptedException {
        UUID mine = session("node-a");
        test.database()
                .write(handle -> handle.createUpdate("""
                        INSERT INTO duties (name, session_id, node_id, ran_at)
                        VALUES ('sweep', :session, 'node-a', clock_timestamp() + interval '1 hour')
                        """).bind("session", mine).execute());
        nodeB.joined(session("node-b"));
        nodeA.joined(mine);
        assertThat(next(roundsOfA)).isEqualTo(new DutyLease("sweep", mine, 2));
        assertThat(roundsOfB).isEmpty();
    }

    /// What each duty of the fleet would find to do.
    /// Whoever is silent has been so for longer than the server runs, so the lease is shorter than that.
    private void makeWork() {
        test.database().write(handle -> handle.createScript("""
                INSERT INTO agents (organization_id, id, kind, category, source, state, desired, spec)
                VALUES ('00000000-0000-0000-0000-000000000001', 'waits', 'any', 'SUPPORT', 'file', 'inactive', 'running', '{}'),
                    ('00000000-0000-0000-0000-000000000001', 'ends', 'any', 'SUPPORT', 'file', 'active', 'shutdown', '{}'),
                    ('00000000-0000-0000-0000-000000000001', 'silent', 'any', 'SUPPORT', 'http', 'active', 'running',
                        '{"lease": "PT0.01S"}');
                INSERT INTO agent_leases (organization_id, agent_id, lease_token, leased_at)
                SELECT organization_id, id, CASE WHEN source = 'http' THEN gen_random_uuid() END, now() - interval '1 hour'
                FROM agents;
                INSERT INTO node_sessions (session_id, node_id, kinds, expires_at)
                VALUES (gen_random_uuid(), 'node-c', '{any}', now() + interval '1 hour');
                INSERT INTO rollup_pending (width, bucket) VALUES ('1m', now() - interval '1 hour');
                """).execute());
    }

    private List<String> work() {
        return test.database()
                .read(handle -> handle.createQuery("""
                SELECT agent.id || ' ' || agent.state || ' ' || coalesce(lease.node_id, '-') || ' ' || lease.fence
                FROM agents agent
                JOIN agent_leases lease ON lease.agent_id = agent.id
                UNION ALL
                SELECT 'pending ' || width
                FROM rollup_pending
                ORDER BY 1
                """).mapTo(String.class).list());
    }

    @Test
    void every_duty_of_the_fleet_writes_nothing_under_a_term_that_is_not_held() {
        makeWork();
        List<String> before = work();
        DutyLease lost = new DutyLease("placement", UUID.randomUUID(), 1);
        List<ThrowingCallable> rounds = List.of(
                () -> new Placement(test.database(), () -> {}).duty().round().run(lost),
                () -> new OutsideAgents(test.database()).expireSilent(lost::check),
                () -> new Rollup(test.database()).round(lost::check),
                () -> new Partitions(test.database()).maintain(Retention.DEFAULT, lost::check));
        for (ThrowingCallable round : rounds) {
            assertThatThrownBy(round)
                    .isInstanceOfSatisfying(
                            MainstayException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LEASE_LOST));
        }
        assertThat(work()).isEqualTo(before).hasSize(4);
    }

    @Test
    void the_same_rounds_find_work_under_a_term_that_is_held() throws Exception {
        makeWork();
        List<String> before = work();
        nodeA.joined(session("node-a"));
        DutyLease held = next(roundsOfA);
        new Placement(test.database(), () -> {}).duty().round().run(held);
        new OutsideAgents(test.database()).expireSilent(held::check);
        new Rollup(test.database()).round(held::check);
        new Partitions(test.database()).maintain(Retention.DEFAULT, held::check);
        assertThat(work()).doesNotContainAnyElementsOf(before);
    }

    @Test
    void nobody_outside_was_silent_while_nobody_listened() {
        makeWork();
        OutsideAgents outside = new OutsideAgents(test.database());
        listeningSince("-1 minute"); // ahead, so that nobody has been silent since, however slow this machine is
        assertThat(isDue(OutsideAgents.DUE)).isFalse();
        assertThat(outside.expireSilent(handle -> {})).isZero();

        listeningSince("2 minutes");
        assertThat(isDue(OutsideAgents.DUE)).isTrue();
        assertThat(outside.expireSilent(handle -> {})).isEqualTo(1);
    }

    private void listeningSince(String ago) {
        test.database()
                .write(handle -> handle.createUpdate("""
                                INSERT INTO duties (name, session_id, node_id, since)
                                VALUES ('outside', gen_random_uuid(), 'node-a',
                                    clock_timestamp() - CAST(:ago AS interval))
                                ON CONFLICT (name) DO UPDATE SET since = excluded.since
                                """).bind("ago", ago).execute());
    }

    private boolean isDue(String due) {
        return test.database()
                .read(handle ->
                        handle.createQuery("SELECT " + due).mapTo(Boolean.class).one());
    }

    @Test
    void what_the_duties_of_the_fleet_ask_for_is_what_their_rounds_find() throws Exception {
        Duty placement = new Placement(test.database(), () -> {}).duty();
        List<String> asked = List.of(requireNonNull(placement.due()).get(), OutsideAgents.DUE, Rollup.DUE);
        assertThat(asked).noneMatch(this::isDue);
        makeWork();
        assertThat(asked).allMatch(this::isDue);

        nodeA.joined(session("node-a"));
        DutyLease held = next(roundsOfA);
        placement.round().run(held);
        new OutsideAgents(test.database()).expireSilent(held::check);
        new Rollup(test.database()).round(held::check);
        test.database()
                .write(handle -> handle.execute(
                        "UPDATE node_sessions SET ended_at = clock_timestamp() WHERE node_id = 'node-c'"));
        assertThat(asked).noneMatch(this::isDue);
    }

    @Test
    void a_duty_with_a_condition_does_a_round_when_it_is_taken_and_then_only_when_there_is_something_to_do()
            throws InterruptedException {
        BlockingQueue<DutyLease> rounds = new LinkedBlockingQueue<>();
        BlockingQueue<DutyLease> others = new LinkedBlockingQueue<>();
        Duty conditional = new Duty("sweep", OFTEN, rounds::add, "EXISTS (SELECT FROM rollup_pending)");
        Duty unconditional = new Duty("other", OFTEN, others::add);
        try (var leadership = new Leadership(test.database(), "node-d", List.of(conditional, unconditional))) {
            leadership.joined(session("node-d"));
            next(rounds);
            for (int i = 0; i < 20; i++) {
                next(others);
            }
            assertThat(rounds).isEmpty();

            test.database()
                    .write(handle -> handle.execute("INSERT INTO rollup_pending (width, bucket) VALUES ('1m', now())"));
            next(rounds);
            next(rounds);
        }
    }

    @Test
    void a_rare_duty_is_taken_at_once_and_waits_until_a_node_has_started() throws InterruptedException {
        BlockingQueue<DutyLease> rounds = new LinkedBlockingQueue<>();
        BlockingQueue<DutyLease> others = new LinkedBlockingQueue<>();
        Duty rare = new Duty("rare", Duration.ofHours(1), rounds::add);
        Duty often = new Duty("other", OFTEN, others::add);
        try (var leadership = new Leadership(test.database(), "node-d", List.of(rare, often))) {
            leadership.joined(session("node-d"));
            Eventually.holds("it is taken", BOUND, () -> leadership.holds("rare"));
            others.clear();
            next(others);
            next(others);
            assertThat(rounds).isEmpty();
            leadership.wake("rare");
            assertThat(next(rounds).duty()).isEqualTo("rare");
        }
    }

    @Test
    void a_duty_whose_holder_lives_and_does_no_round_for_a_minute_is_taken_from_it() throws InterruptedException {
        UUID stuck = session("node-c");
        test.database()
                .write(handle -> handle.createUpdate("""
                        INSERT INTO duties (name, session_id, node_id, term, ran_at)
                        VALUES ('sweep', :session, 'node-c', 7, clock_timestamp() - interval '61 seconds')
                        """).bind("session", stuck).execute());
        UUID mine = session("node-a");
        nodeA.joined(mine);
        assertThat(next(roundsOfA)).isEqualTo(new DutyLease("sweep", mine, 8));
        assertThatThrownBy(() -> write(new DutyLease("sweep", stuck, 7))).isInstanceOf(MainstayException.class);
    }
}
