package dev.mainstay.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.postgres.Organizations;
import dev.mainstay.postgres.Partitions;
import dev.mainstay.postgres.Retention;
import dev.mainstay.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What a worker may still do that lost its lease: nothing.
class TaskLeaseFlowTest {
    private static final LaneStore.Queue QUEUE = new LaneStore.Queue(Organizations.DEFAULT, "work");

    private final TestDatabase test = TestDatabase.create();
    private final TaskStore store = new TaskStore(test.database(), test.database()::now);
    private final ClaimStore claims = new ClaimStore(test.database(), "worker");
    private final CompletionStore completions = new CompletionStore(test.database(), "worker");
    private final TaskUpkeep upkeep = new TaskUpkeep(test.database(), () -> {});

    @AfterEach
    void drop() {
        test.close();
    }

    private UUID session() {
        UUID session = UUID.randomUUID();
        execute("INSERT INTO node_sessions (session_id, node_id, expires_at) VALUES ('" + session + "', '" + session
                + "', clock_timestamp() + interval '1 hour')");
        return session;
    }

    private void end(UUID session, String cause) {
        execute("UPDATE node_sessions SET ended_at = clock_timestamp(), end_cause = '" + cause
                + "' WHERE session_id = '" + session + "'");
    }

    private void execute(String sql) {
        test.database().write(handle -> handle.execute(sql));
    }

    private UUID enqueue(String text) {
        return test.database()
                .write((Handle handle) ->
                        store.insert(handle, Organizations.DEFAULT, List.of(NewTask.of("work", text))))
                .getFirst();
    }

    private ClaimedTask claim(UUID session) {
        List<ClaimedTask> claimed = claimAll(session);
        assertThat(claimed).hasSize(1);
        return claimed.getFirst();
    }

    private List<ClaimedTask> claimAll(UUID session) {
        int lane = store.lane(Organizations.DEFAULT, "work", "work");
        return claims.claim(session, List.of(new Want(QUEUE, lane, 4, 0, 1), new Want(QUEUE, lane, 5, 0, 10)), 10);
    }

    private boolean complete(UUID session, ClaimedTask task) {
        Ending ending = new Ending(
                task, Ending.COMPLETED, "1", Duration.ZERO, test.database().now());
        return completions
                .end(session, List.of(ending), List.of(task.claim()))
                .refused()
                .isEmpty();
    }

    private boolean fail(UUID session, ClaimedTask task) {
        Ending ending =
                new Ending(task, "failed", "no", Duration.ZERO, test.database().now());
        return completions
                .end(session, List.of(ending), List.of(task.claim()))
                .refused()
                .isEmpty();
    }

    private String column(UUID task, String column) {
        return test.database()
                .read(handle -> handle.createQuery("SELECT " + column + "::text FROM tasks WHERE id = :id")
                        .bind("id", task)
                        .mapTo(String.class)
                        .one());
    }

    @Test
    void a_worker_that_was_taken_for_dead_cannot_complete() {
        UUID id = enqueue("a");
        UUID dead = session();
        ClaimedTask first = claim(dead);
        end(dead, "expired");
        assertThat(complete(dead, first)).isFalse();
        upkeep.round();
        UUID alive = session();
        ClaimedTask second = claim(alive);
        assertThat(second.fence()).isGreaterThan(first.fence());
        assertThat(complete(dead, first)).isFalse();
        assertThat(fail(dead, first)).isFalse();
        assertThat(complete(alive, second)).isTrue();
        assertThat(column(id, "state")).isEqualTo("completed");
        assertThat(column(id, "crashes")).isEqualTo("1");
    }

    @Test
    void a_claim_that_is_rescued_while_its_session_lives_on_is_lost_all_the_same() {
        UUID id = enqueue("a");
        UUID session = session();
        ClaimedTask first = claim(session);
        execute("SELECT task_claim_free(organization_id, lease_token, false, 'a test') FROM task_claims");
        assertThat(complete(session, first)).isFalse();
        ClaimedTask second = claim(session);
        assertThat(complete(session, first)).isFalse();
        assertThat(complete(session, second)).isTrue();
        assertThat(complete(session, second)).isFalse();
        assertThat(column(id, "crashes")).isEqualTo("0");
    }

    @Test
    void an_attempt_that_failed_cannot_complete_while_others_of_its_batch_still_run() {
        UUID id = enqueue("a");
        UUID other = enqueue("b");
        UUID session = session();
        List<ClaimedTask> batch = claimAll(session);
        assertThat(batch).hasSize(2);
        ClaimedTask failing =
                batch.stream().filter(task -> task.id().equals(id)).findFirst().orElseThrow();
        Ending failed = new Ending(
                failing, "failed", "no", Duration.ZERO, test.database().now());
        assertThat(completions.end(session, List.of(failed), List.of()).refused())
                .isEmpty();
        ClaimedTask again = claim(session);
        Ending late = new Ending(
                failing, Ending.COMPLETED, "1", Duration.ZERO, test.database().now());
        assertThat(completions.end(session, List.of(late), List.of()).refused()).containsExactly(id);
        assertThat(complete(session, again)).isTrue();
        assertThat(column(other, "state")).isEqualTo("open");
        end(session, "connection lost");
        upkeep.round();
        assertThat(claim(session()).id()).isEqualTo(other);
    }

    /// A transaction of somebody else, which enqueues something behind a task, may be open for as long as it likes.
    @Test
    void a_rescue_frees_the_others_of_a_batch_when_a_stranger_holds_one() throws SQLException {
        UUID held = enqueue("a");
        UUID free = enqueue("b");
        UUID session = session();
        assertThat(claimAll(session)).hasSize(2);
        end(session, "connection lost");
        try (Connection stranger = test.superuser()) {
            stranger.setAutoCommit(false);
            store.enqueue(
                    stranger,
                    Organizations.DEFAULT,
                    List.of(NewTask.of("work", "c").after(held)));
            upkeep.round();
            assertThat(column(free, "crashes")).isEqualTo("1");
            assertThat(claimAll(session()))
                    .singleElement()
                    .extracting(ClaimedTask::id)
                    .isEqualTo(free);
            stranger.rollback();
        }
        assertThat(column(held, "fence")).isEqualTo("0");
        upkeep.round();
        assertThat(column(held, "crashes")).isEqualTo("1");
        assertThat(claimAll(session()))
                .singleElement()
                .extracting(ClaimedTask::id)
                .isEqualTo(held);
    }

    @Test
    void what_has_expired_ends_while_a_stranger_holds_another_that_has() throws SQLException {
        UUID held = expired("a");
        UUID free = expired("b");
        try (Connection stranger = test.superuser()) {
            stranger.setAutoCommit(false);
            store.enqueue(
                    stranger,
                    Organizations.DEFAULT,
                    List.of(NewTask.of("work", "c").after(held)));
            upkeep.round();
            assertThat(column(free, "state")).isEqualTo("expired");
            stranger.commit();
        }
        assertThat(column(held, "state")).isEqualTo("open");
        upkeep.round();
        assertThat(column(held, "state")).isEqualTo("expired");
    }

    private UUID expired(String text) {
        UUID id = store.enqueueAll(
                        Organizations.DEFAULT, List.of(NewTask.of("work", text).expiringAfter(Duration.ofNanos(1_000))))
                .getFirst()
                .id();
        assertThat(column(id, "state")).isEqualTo("open");
        return id;
    }

    @Test
    void the_third_crash_makes_a_dead_letter_and_a_stop_is_no_crash() {
        UUID id = enqueue("poison");
        for (int crash = 0; crash < 2; crash++) {
            UUID session = session();
            claim(session);
            end(session, "connection lost");
            upkeep.round();
        }
        UUID stopped = session();
        assertThat(claim(stopped).crashes()).isEqualTo(2);
        end(stopped, "stopped");
        upkeep.round();
        assertThat(column(id, "state")).isEqualTo("open");
        UUID last = session();
        assertThat(claim(last).rank()).isEqualTo(4);
        end(last, "connection lost");
        upkeep.round();
        assertThat(column(id, "state")).isEqualTo("dead");
        assertThat(column(id, "error")).contains("died 3 times").contains("connection lost");
        List<String> outcomes = test.database()
                .read(handle -> handle.createQuery("SELECT outcome FROM task_attempts ORDER BY fence")
                        .mapTo(String.class)
                        .list());
        assertThat(outcomes).containsExactly("crashed", "crashed", "released", "crashed");
    }

    @Test
    void what_a_node_never_heard_of_having_claimed_is_given_back() {
        enqueue("a");
        UUID session = session();
        ClaimedTask lost = claim(session);
        execute("UPDATE task_claims SET claimed_at = claimed_at - interval '10 seconds'");
        claims.giveBackForgotten(session, () -> Set.of(lost.claim().token()));
        assertThat(claimAll(session)).isEmpty();
        claims.giveBackForgotten(session, Set::of);
        ClaimedTask again = claim(session);
        assertThat(again.crashes()).isZero();
        assertThat(complete(session, again)).isTrue();
    }

    @Test
    void nothing_is_claimed_for_a_session_that_is_over() {
        enqueue("a");
        UUID session = session();
        end(session, "expired");
        assertThat(claimAll(session)).isEmpty();
    }

    @Test
    void a_partition_past_its_retention_goes_and_what_is_open_stays() {
        Instant old = test.database().now().minus(Duration.ofDays(40));
        TaskStore then = new TaskStore(test.database(), () -> old);
        new Partitions(test.database()).create(old, old);
        List<UUID> ids = test.database()
                .write(handle -> then.insert(
                        handle,
                        Organizations.DEFAULT,
                        List.of(NewTask.of("work", "done"), NewTask.of("work", "open"))));
        UUID session = session();
        ClaimedTask done = claimAll(session).stream()
                .filter(task -> task.id().equals(ids.getFirst()))
                .findFirst()
                .orElseThrow();
        Ending ending = new Ending(
                done, Ending.COMPLETED, "1", Duration.ZERO, test.database().now());
        completions.end(session, List.of(ending), List.of());
        assertThat(partitions()).contains("tasks_" + day(old));
        new Partitions(test.database()).maintain(Retention.DEFAULT);
        assertThat(partitions()).doesNotContain("tasks_" + day(old));
        List<UUID> left = test.database()
                .read(handle -> handle.createQuery("SELECT id FROM tasks")
                        .mapTo(UUID.class)
                        .list());
        assertThat(left).containsExactly(ids.getLast());
    }

    private static String day(Instant moment) {
        return DateTimeFormatter.BASIC_ISO_DATE.format(
                moment.atOffset(ZoneOffset.UTC).toLocalDate());
    }

    private List<String> partitions() {
        return test.database()
                .read(handle -> handle.createQuery(
                                "SELECT relname FROM pg_class WHERE relname ~ '^tasks_[0-9]+$' AND relkind = 'r'")
                        .mapTo(String.class)
                        .list());
    }
}
