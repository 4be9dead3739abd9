package dev.mainstay.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.postgres.DatabaseConfig;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// What workers outside get, and what becomes of it when they are gone.
class OutsideClaimsFlowTest {
    private static final OutsideFixture outside = new OutsideFixture();

    @AfterAll
    static void close() {
        outside.close();
    }

    private static OutsideAsk asking(String worker, List<String> types, List<String> queues) {
        return new OutsideAsk(
                OutsideFixture.MINE,
                "key",
                worker,
                types,
                queues,
                10,
                OutsideFixture.LEASE,
                OutsideAsk.DEADLINE,
                Duration.ZERO);
    }

    private static List<UUID> ids(List<OutsideTask> tasks) {
        return tasks.stream().map(OutsideTask::id).toList();
    }

    private static void limit(String queue, String columns, String values) {
        outside.execute("INSERT INTO task_limits (organization_id, queue, " + columns + ") VALUES ('"
                + OutsideFixture.MINE + "', '" + queue + "', " + values + ")");
    }

    @Test
    void only_what_was_asked_for_is_given() {
        UUID wanted = outside.enqueue(NewTask.of("wanted", 1).inQueue("here"));
        outside.enqueue(NewTask.of("wanted", 1).inQueue("there"));
        outside.enqueue(NewTask.of("unwanted", 1L).inQueue("here"));

        List<OutsideTask> claimed = outside.claim(asking("picky", List.of("wanted", "unknown"), List.of("here")));

        assertThat(ids(claimed)).containsExactly(wanted);
        assertThat(claimed.getFirst())
                .extracting(OutsideTask::type, OutsideTask::queue, OutsideTask::payload, OutsideTask::attempt)
                .containsExactly("wanted", "here", "1", 1L);
    }

    @Test
    void a_type_nobody_has_enqueued_gives_nothing() {
        assertThat(outside.claim("no-such-type", 10)).isEmpty();
    }

    @Test
    void another_organization_gets_nothing() {
        outside.enqueue("mine");

        assertThat(outside.claim(new OutsideAsk(
                        new UUID(0, 2),
                        "key",
                        "worker",
                        List.of("mine"),
                        List.of(),
                        10,
                        OutsideFixture.LEASE,
                        OutsideAsk.DEADLINE,
                        Duration.ZERO)))
                .isEmpty();
        assertThat(outside.claim("mine", 10)).hasSize(1);
    }

    @Test
    void higher_priorities_come_first_also_across_bounds() {
        limit("urgent-limited", "concurrency", "5");
        UUID low = outside.enqueue(NewTask.of("urgent", 1).priority(Priority.LOW));
        UUID normal = outside.enqueue(NewTask.of("urgent", 2).inQueue("urgent-limited"));
        UUID critical = outside.enqueue(NewTask.of("urgent", 3).priority(Priority.CRITICAL));

        assertThat(ids(List.of(outside.claim("urgent"), outside.claim("urgent"), outside.claim("urgent"))))
                .containsExactly(critical, normal, low);
    }

    @Test
    void an_ordering_key_gives_one_at_a_time_in_order() {
        UUID first = outside.enqueue(NewTask.of("ordered", 1).ordered("k"));
        UUID second = outside.enqueue(NewTask.of("ordered", 2).ordered("k"));

        List<OutsideTask> claimed = outside.claim("ordered", 10);
        assertThat(ids(claimed)).containsExactly(first);
        outside.lose(claimed.getFirst());
        List<OutsideTask> again = outside.claim("ordered", 10);
        assertThat(ids(again)).containsExactly(first);
        outside.complete(again.getFirst(), 1);
        assertThat(ids(outside.claim("ordered", 10))).containsExactly(second);
    }

    @Test
    void a_paused_queue_gives_nothing() {
        outside.enqueue("held-back");
        outside.execute("UPDATE queues SET paused = true WHERE name = 'held-back'");
        assertThat(outside.claim("held-back", 10)).isEmpty();

        outside.execute("UPDATE queues SET paused = false WHERE name = 'held-back'");
        assertThat(outside.claim("held-back", 10)).hasSize(1);
    }

    @Test
    void the_concurrency_of_a_queue_bounds_all_its_workers() {
        limit("narrow", "concurrency", "2");
        for (int i = 0; i < 5; i++) {
            outside.enqueue("narrow");
        }

        List<OutsideTask> claimed = outside.claim("narrow", 10);
        assertThat(claimed).hasSize(2);
        assertThat(outside.claim("narrow", 10)).isEmpty();
        outside.complete(claimed.getFirst(), 1);
        assertThat(outside.claim("narrow", 10)).hasSize(1);
    }

    @Test
    void limits_that_somebody_holds_keep_no_other_queue_waiting() throws Exception {
        limit("stuck", "concurrency", "5");
        UUID stuck = outside.enqueue(NewTask.of("kept", 1).inQueue("stuck").priority(Priority.CRITICAL));
        UUID other = outside.enqueue(NewTask.of("kept", 2));
        try (var superuser = outside.test.superuser();
                var statement = superuser.createStatement()) {
            superuser.setAutoCommit(false);
            statement.execute("SELECT FROM mainstay.task_limits WHERE queue = 'stuck' FOR UPDATE");

            assertThat(ids(outside.claim("kept", 10))).containsExactly(other);
            assertThat(outside.claim("kept", 10)).isEmpty();
            superuser.rollback();
        }

        assertThat(ids(outside.claim("kept", 10))).containsExactly(stuck);
    }

    @Test
    void what_was_claimed_before_a_queue_failed_reaches_its_worker() throws Exception {
        limit("broken", "concurrency", "5");
        UUID urgent = outside.enqueue(NewTask.of("partly", 1).priority(Priority.CRITICAL));
        UUID other = outside.enqueue(NewTask.of("partly", 2).inQueue("broken"));
        try (var superuser = outside.test.superuser();
                var statement = superuser.createStatement()) {
            statement.execute("REVOKE UPDATE ON mainstay.task_limits FROM " + DatabaseConfig.API_ROLE);

            assertThat(ids(outside.claim("partly", 10))).containsExactly(urgent);
            assertThatThrownBy(() -> outside.claim("partly", 10)).hasMessageContaining("permission denied");

            statement.execute("GRANT UPDATE ON mainstay.task_limits TO " + DatabaseConfig.API_ROLE);
        }

        assertThat(ids(outside.claim("partly", 10))).containsExactly(other);
    }

    @Test
    void the_rate_of_a_queue_bounds_all_its_workers() {
        limit("slow", "rate, rate_seconds", "3, 3600");
        for (int i = 0; i < 5; i++) {
            outside.enqueue("slow");
        }

        assertThat(outside.claim("slow", 2)).hasSize(2);
        assertThat(outside.claim("slow", 10)).hasSize(1);
        assertThat(outside.claim("slow", 10)).isEmpty();
    }

    @Test
    void a_lease_that_ends_is_a_crash_and_the_third_makes_a_dead_letter() {
        UUID id = outside.enqueue("poison");
        for (int crash = 0; crash < 3; crash++) {
            outside.lose(outside.claim(asking("poisoned", List.of("poison"), List.of()))
                    .getFirst());
        }

        assertThat(outside.outcomes(id)).containsExactly("crashed", "crashed", "crashed");
        assertThat(outside.column(id, "state")).isEqualTo("dead");
        assertThat(outside.column(id, "error"))
                .contains("died 3 times")
                .contains("the worker outside did not renew its lease");
    }

    @Test
    void a_lease_that_ended_while_the_database_was_away_is_no_crash() {
        UUID id = outside.enqueue("outage");
        OutsideTask task = outside.claim("outage");
        outside.execute("UPDATE task_claims SET expires_at = pg_postmaster_start_time() - interval '1 second'"
                + " WHERE lease_token = '" + task.token() + "'");
        outside.upkeep.round();

        assertThat(outside.outcomes(id)).containsExactly("released");
        assertThat(outside.column(id, "crashes")).isEqualTo("0");
        assertThat(outside.value("SELECT error FROM task_attempts WHERE task_id = '" + id + "'"))
                .isEqualTo("lease lost: the database was away");
    }

    @Test
    void what_was_completed_before_its_lease_ended_stays_so() {
        outside.enqueue("half");
        outside.enqueue("half");
        List<OutsideTask> batch = outside.claim("half", 2);
        outside.complete(batch.getFirst(), 1);

        outside.lose(batch.getFirst());

        assertThat(outside.column(batch.getFirst().id(), "state || crashes")).isEqualTo("completed0");
        assertThat(outside.column(batch.getLast().id(), "state || crashes")).isEqualTo("open1");
    }

    @Test
    void a_suspect_is_given_alone_and_to_a_worker_one_at_a_time() {
        UUID first = outside.enqueue("risky");
        UUID second = outside.enqueue("risky");
        for (int crash = 0; crash < 2; crash++) {
            outside.lose(outside.claim("risky", 2).getFirst());
        }
        UUID innocent = outside.enqueue("risky");

        List<OutsideTask> given = outside.claim("risky", 10);
        given = given.getFirst().id().equals(innocent) ? outside.claim("risky", 10) : given;
        List<OutsideTask> other = outside.claim(asking("another", List.of("risky"), List.of()));

        assertThat(given).hasSize(1);
        assertThat(outside.claim("risky", 10)).allMatch(task -> task.id().equals(innocent));
        assertThat(outside.claim("risky", 10)).isEmpty();
        other = other.getFirst().id().equals(innocent)
                ? outside.claim(asking("another", List.of("risky"), List.of()))
                : other;
        assertThat(List.of(given.getFirst().id(), other.getFirst().id())).containsExactlyInAnyOrder(first, second);
    }

    @Test
    void the_types_of_a_worker_are_served_while_it_is_there() {
        outside.claim(asking("visitor", List.of("served"), List.of("q1", "q2")));
        String served = "SELECT string_agg(type || '@' || coalesce(queue, '*'), ' ' ORDER BY queue) FROM"
                + " task_types_served('" + OutsideFixture.MINE + "') WHERE type = 'served'";
        assertThat(outside.value(served)).isEqualTo("served@q1 served@q2");
        assertThat(outside.value(served.replace(OutsideFixture.MINE.toString(), new UUID(0, 2).toString())))
                .isEqualTo("none");

        outside.execute(
                "UPDATE outside_workers SET present_until = now() - interval '1 second' WHERE name = 'visitor'");
        assertThat(outside.value(served)).isEqualTo("none");

        outside.enqueue(NewTask.of("served", 1).inQueue("q1"));
        OutsideTask task = outside.claim(asking("visitor", List.of("served"), List.of("q1", "q2")))
                .getFirst();
        outside.execute(
                "UPDATE outside_workers SET present_until = now() - interval '1 second' WHERE name = 'visitor'");
        assertThat(outside.value(served)).as("it works on one").isEqualTo("served@q1 served@q2");
        outside.expire(task);
        assertThat(outside.value(served)).isEqualTo("none");
    }
}
