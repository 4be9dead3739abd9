package dev.mainstay.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.testing.Eventually;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Workers outside that wait.
class OutsideLineFlowTest {
    private static final Duration LONG = OutsideAsk.LONGEST_WAIT;
    private static final Duration BOUND = Duration.ofSeconds(20);

    private final OutsideFixture outside = new OutsideFixture();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void close() {
        threads.shutdownNow();
        outside.close();
    }

    private Future<List<OutsideTask>> waiting(String type, int expected) {
        Future<List<OutsideTask>> given =
                threads.submit(() -> outside.workers.claim(OutsideFixture.ask(type, 1, LONG), () -> true));
        Eventually.holds(expected + " wait", BOUND, () -> outside.workers.waiting() == expected);
        return given;
    }

    private void tell() {
        outside.signals.notify(TaskTopics.CLAIMABLE);
    }

    @Test
    void whoever_waits_is_woken_by_the_signal_and_not_by_the_poll() throws Exception {
        List<Duration> waited = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Future<List<OutsideTask>> given = waiting("woken", 1);
            UUID id = outside.enqueue("woken");
            Instant told = outside.test.database().now();
            tell();
            assertThat(given.get()).extracting(OutsideTask::id).containsExactly(id);
            waited.add(Duration.between(told, outside.test.database().now()));
        }

        assertThat(waited.stream().sorted().toList().get(5))
                .as("the median, where who is served by one poll waits a second for the next")
                .isLessThan(Duration.ofMillis(500));
    }

    @Test
    void the_poll_finds_what_no_signal_told_of() throws Exception {
        Future<List<OutsideTask>> given = waiting("untold", 1);
        outside.enqueue("untold");

        assertThat(given.get()).hasSize(1);
    }

    @Test
    void those_who_wait_are_served_in_line_and_others_go_on_waiting() throws Exception {
        Future<List<OutsideTask>> other = waiting("else", 1);
        Future<List<OutsideTask>> first = waiting("shared", 2);
        Future<List<OutsideTask>> second = waiting("shared", 3);
        UUID one = outside.enqueue("shared");
        tell();
        assertThat(first.get()).extracting(OutsideTask::id).containsExactly(one);
        assertThat(second.isDone()).isFalse();
        UUID two = outside.enqueue("shared");
        tell();
        assertThat(second.get()).extracting(OutsideTask::id).containsExactly(two);
        assertThat(other.isDone()).isFalse();
    }

    @Test
    void nothing_is_claimed_for_one_who_has_gone() throws Exception {
        AtomicBoolean isThere = new AtomicBoolean(true);
        Future<List<OutsideTask>> gone =
                threads.submit(() -> outside.workers.claim(OutsideFixture.ask("left", 1, LONG), isThere::get));
        Eventually.holds("it waits", BOUND, () -> outside.workers.waiting() == 1);
        isThere.set(false);
        UUID id = outside.enqueue("left");
        tell();

        assertThat(gone.get()).isEmpty();
        assertThat(outside.claims()).isEqualTo("0");
        assertThat(outside.claim("left").id()).isEqualTo(id);
        assertThat(outside.outcomes(id)).isEmpty();
    }

    @Test
    void what_was_claimed_for_one_who_went_meanwhile_is_given_back() throws Exception {
        CompletableFuture<Thread> waiter = new CompletableFuture<>();
        // It goes in the moment between the look whether it is there and the claim.
        Future<List<OutsideTask>> gone = threads.submit(() -> {
            waiter.complete(Thread.currentThread());
            return outside.workers.claim(OutsideFixture.ask("leaving", 1, LONG), () -> {
                waiter.join().interrupt();
                Eventually.holds("it has left", BOUND, () -> outside.workers.waiting() == 0);
                return true;
            });
        });
        Eventually.holds("it waits", BOUND, () -> outside.workers.waiting() == 1);
        UUID id = outside.enqueue("leaving");
        tell();

        Eventually.holds("it is given back", BOUND, () -> outside.outcomes(id).equals(List.of("released")));
        assertThat(outside.column(id, "crashes")).isEqualTo("0");
        assertThatThrownBy(gone::get).hasCauseInstanceOf(InterruptedException.class);
        assertThat(outside.claim("leaving").id()).isEqualTo(id);
    }

    @Test
    void who_has_waited_long_enough_gets_nothing() {
        assertThat(outside.claim(OutsideFixture.ask("never", 1, Duration.ofMillis(50))))
                .isEmpty();
        assertThat(outside.workers.waiting()).isZero();
    }

    @Test
    void a_queue_that_is_resumed_wakes_whoever_waits() throws Exception {
        outside.enqueue("paused");
        outside.execute("UPDATE queues SET paused = true");
        Future<List<OutsideTask>> given = waiting("paused", 1);
        outside.execute("UPDATE queues SET paused = false");
        outside.signals.notify(TaskTopics.QUEUES);

        assertThat(given.get()).hasSize(1);
    }

    @Test
    void the_claims_of_a_key_that_wait_are_bounded() throws Exception {
        List<Future<List<OutsideTask>>> given = new ArrayList<>();
        for (int i = 0; i < OutsideLine.MOST_OF_KEY; i++) {
            given.add(threads.submit(() -> outside.workers.claim(OutsideFixture.ask("crowd", 1, LONG), () -> true)));
        }
        Eventually.holds("all wait", BOUND, () -> outside.workers.waiting() == OutsideLine.MOST_OF_KEY);

        assertThatThrownBy(() -> outside.claim(OutsideFixture.ask("crowd", 1, LONG)))
                .isInstanceOfSatisfying(
                        MainstayException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.TOO_MANY_WAITING));
        assertThat(outside.claim("crowd", 1)).as("without waiting").isEmpty();
        outside.enqueue("crowd");
        tell();
        Eventually.holds("one has left", BOUND, () -> given.stream().anyMatch(Future::isDone));
        given.add(waiting("crowd", OutsideLine.MOST_OF_KEY));
    }

    @Test
    void nobody_waits_any_more_once_the_node_stops() throws Exception {
        Future<List<OutsideTask>> given = waiting("stopped", 1);

        outside.workers.close();

        assertThat(given.get()).isEmpty();
        assertThat(outside.claim(OutsideFixture.ask("stopped", 1, LONG))).isEmpty();
    }
}
