package dev.mainstay.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.Fleet;
import dev.mainstay.FleetBuilder;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.testing.Eventually;
import dev.mainstay.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a handler may say and do about the end of its attempt, and what comes of it.
class HandlerEndsFlowTest {
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final RetryPolicy QUICK = new RetryPolicy(5, Duration.ofMillis(10), Duration.ofMillis(10), 0);
    private static final RetryPolicy PATIENT = new RetryPolicy(5, HOUR, HOUR, 0);
    private static final TestDatabase test = TestDatabase.create();
    private static final CountDownLatch bothRun = new CountDownLatch(2);
    private static final BlockingQueue<String> polite = new LinkedBlockingQueue<>();
    private static final BlockingQueue<String> deaf = new LinkedBlockingQueue<>();
    private static final Fleet fleet = cancelled(
                    retried(writing(Fleet.builder().database(test.database()).node("ends"))))
            .start();

    private static FleetBuilder retried(FleetBuilder builder) {
        return builder.worker(TaskType.of("patient", String.class).retry(PATIENT), HandlerEndsFlowTest::retry)
                .worker(TaskType.of("quick", String.class).retry(QUICK), HandlerEndsFlowTest::retry);
    }

    /// Fails once, to be tried again after `delay` where one is given.
    private static Outcome retry(String delay, TaskContext context) {
        if (context.failures() > 0) {
            return Outcome.COMPLETED;
        }
        return delay.isEmpty() ? Outcome.retry("not yet") : new Outcome.Retry("not yet", Duration.parse(delay));
    }

    private static FleetBuilder cancelled(FleetBuilder builder) {
        return builder.worker("polite", String.class, (text, context) -> {
                    bothRun.countDown();
                    boolean isInterrupted = false;
                    while (!context.isCancelled() && !isInterrupted) {
                        isInterrupted = !Threads.pause(Duration.ofMillis(20));
                    }
                    polite.add(isInterrupted ? "interrupted" : "saw it");
                    throw new CancellationException("stopped half-way");
                })
                .worker("deaf", String.class, (text, context) -> {
                    bothRun.countDown();
                    try {
                        Thread.currentThread().join();
                    } finally {
                        deaf.add(context.isCancelled() ? "interrupted when cancelled" : "interrupted");
                    }
                });
    }

    /// The first attempt at `lost` loses its lease between what it writes and its completion.
    private static FleetBuilder writing(FleetBuilder builder) {
        return builder.worker(TaskType.of("writes", String.class).retry(QUICK), (text, context) -> {
            try (Connection connection = test.superuser()) {
                connection.setAutoCommit(false);
                execute(
                        connection,
                        "INSERT INTO ledger VALUES ('" + context.id() + "', '" + text + " " + context.attempt() + "')");
                if (text.equals("lost") && context.attempt() == 1) {
                    loseLease(context.id());
                }
                context.complete(connection, text);
                execute(
                        connection,
                        "UPDATE ledger SET word = word || ', others see it " + column(context.id(), "state")
                                + "' WHERE task_id = '" + context.id() + "'");
                connection.commit();
            }
            return Outcome.discarded("what it returns is ignored");
        });
    }

    private static void loseLease(UUID task) throws SQLException {
        try (Connection connection = test.superuser()) {
            execute(
                    connection,
                    "SELECT task_claim_free(organization_id, lease_token, false, 'a test') FROM task_claims"
                            + " WHERE '" + task + "' = ANY (task_ids)");
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @BeforeAll
    static void make() throws SQLException {
        try (Connection connection = test.superuser()) {
            execute(connection, "CREATE TABLE ledger (task_id uuid, word text)");
            execute(connection, "GRANT SELECT ON ledger TO PUBLIC");
        }
    }

    @AfterAll
    static void close() {
        fleet.close();
        test.close();
    }

    private static List<String> values(String sql) {
        return test.database()
                .read(handle -> handle.createQuery(sql).mapTo(String.class).list());
    }

    private static String column(UUID task, String column) {
        return values("SELECT " + column + "::text FROM tasks WHERE id = '" + task + "'")
                .getFirst();
    }

    private static void awaitState(UUID task, String state) {
        Eventually.holds(
                "task becomes " + state, BOUND, () -> column(task, "state").equals(state));
    }

    private static UUID enqueue(String type, String payload) {
        return fleet.tasks().enqueue(NewTask.of(type, payload)).id();
    }

    private static List<String> ledger(UUID task) {
        return values("SELECT word FROM ledger WHERE task_id = '" + task + "' ORDER BY word");
    }

    @Test
    void what_a_handler_wrote_is_there_when_its_task_is_completed_in_the_same_transaction() {
        UUID task = enqueue("writes", "kept");
        awaitState(task, "completed");
        assertThat(ledger(task)).containsExactly("kept 1, others see it open");
        assertThat(column(task, "result")).isEqualTo("\"kept\"");
    }

    @Test
    void what_a_handler_wrote_is_gone_when_it_may_not_complete_its_task_any_more() {
        UUID task = enqueue("writes", "lost");
        awaitState(task, "completed");
        assertThat(ledger(task)).containsExactly("lost 2, others see it open");
    }

    /// A patient type waits an hour by its policy, a quick one next to nothing.
    @ParameterizedTest
    @CsvSource({"patient,PT0.01S", "quick,''"})
    void a_task_to_be_tried_again_is_after_its_own_delay_or_else_the_policys(String type, String delay) {
        UUID task = enqueue(type, delay);
        awaitState(task, "completed");
        assertThat(column(task, "attempts")).isEqualTo("1");
        assertThat(values("SELECT outcome || ': ' || error FROM task_attempts WHERE task_id = '" + task + "'"
                        + " AND outcome <> 'completed'"))
                .containsExactly("failed: not yet");
    }

    @ParameterizedTest
    @CsvSource({"quick,PT1H", "patient,''"})
    void a_task_to_be_tried_again_waits_for_its_own_delay_or_else_the_policys(String type, String delay) {
        UUID task = enqueue(type, delay);
        String waits = "SELECT (run_at > now() + interval '50 minutes' AND run_at <= now() + interval '1 hour')::text"
                + " FROM task_delayed WHERE cause = 'retry' AND task_id = '" + task + "'";
        Eventually.holds("it waits", BOUND, () -> !values(waits).isEmpty());
        assertThat(values(waits)).containsExactly("true");
        assertThat(column(task, "attempts")).isEqualTo("1");
    }

    @Test
    void a_cancelled_handler_is_told_first_and_interrupted_seconds_later_when_it_does_not_listen() throws Exception {
        UUID listens = enqueue("polite", "");
        UUID hears = enqueue("deaf", "");
        assertThat(bothRun.await(20, TimeUnit.SECONDS)).isTrue();

        long asked = MonotonicClock.system().nanos();
        assertThat(fleet.tasks().cancel(hears, "enough")).isEqualTo(Cancelled.ASKED);
        assertThat(fleet.tasks().cancel(listens, "enough")).isEqualTo(Cancelled.ASKED);

        assertThat(polite.poll(20, TimeUnit.SECONDS)).isEqualTo("saw it");
        assertThat(deaf.poll(20, TimeUnit.SECONDS)).isEqualTo("interrupted when cancelled");
        assertThat(Duration.ofNanos(MonotonicClock.system().nanos() - asked)).isGreaterThan(Duration.ofMillis(4_500));
        for (UUID task : List.of(listens, hears)) {
            awaitState(task, "cancelled");
            assertThat(column(task, "error")).isEqualTo("enough");
            assertThat(values("SELECT outcome FROM task_attempts WHERE task_id = '" + task + "'"))
                    .containsExactly("cancelled");
        }
    }
}
