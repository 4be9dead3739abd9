package dev.mainstay.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.testing.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TimerWheelTest {
    private static final long RESOLUTION = Duration.ofMillis(5).toNanos();
    private final ManualClock clock = ManualClock.atEpoch();
    private final TimerWheel wheel = TimerWheel.manual(clock);
    private final List<String> fired = new ArrayList<>();

    private TimerWheel.Timer timer(String name) {
        return new TimerWheel.Timer(() -> fired.add(name));
    }

    private void moveTo(Duration time) {
        clock.advance(time.minusNanos(clock.nanos()));
        wheel.fireDue();
    }

    @Test
    void fires_in_order_of_due_time_and_never_early() {
        wheel.schedule(timer("second"), Duration.ofMillis(200).toNanos());
        wheel.schedule(timer("first"), Duration.ofMillis(100).toNanos());
        moveTo(Duration.ofMillis(99));
        assertThat(fired).isEmpty();
        moveTo(Duration.ofMillis(300));
        assertThat(fired).containsExactly("first", "second");
    }

    @Test
    void fires_a_timer_beyond_one_turn_of_the_wheel_only_when_it_is_due() {
        wheel.schedule(timer("far"), Duration.ofMinutes(3).toNanos());
        for (int second = 1; second < 180; second++) {
            moveTo(Duration.ofSeconds(second));
        }
        assertThat(fired).isEmpty();
        moveTo(Duration.ofMinutes(3));
        assertThat(fired).containsExactly("far");
    }

    @Test
    void fires_what_became_due_while_it_slept_longer_than_a_turn() {
        wheel.schedule(timer("missed"), Duration.ofSeconds(1).toNanos());
        moveTo(Duration.ofMinutes(10));
        assertThat(fired).containsExactly("missed");
    }

    @Test
    void a_timer_scheduled_again_moves_and_a_cancelled_one_does_not_fire() {
        TimerWheel.Timer moved = timer("moved");
        TimerWheel.Timer cancelled = timer("cancelled");
        wheel.schedule(moved, Duration.ofMillis(50).toNanos());
        wheel.schedule(cancelled, Duration.ofMillis(50).toNanos());
        wheel.schedule(moved, Duration.ofMillis(500).toNanos());
        wheel.cancel(cancelled);
        moveTo(Duration.ofMillis(100));
        assertThat(fired).isEmpty();
        moveTo(Duration.ofMillis(505));
        assertThat(fired).containsExactly("moved");
    }

    @Test
    void an_action_that_throws_does_not_stop_the_others() {
        wheel.schedule(
                new TimerWheel.Timer(() -> {
                    throw new StackOverflowError("deep");
                }),
                Duration.ofMillis(10).toNanos());
        wheel.schedule(timer("next"), Duration.ofMillis(15).toNanos());
        moveTo(Duration.ofMillis(20));
        assertThat(fired).containsExactly("next");
    }

    @Test
    void thousands_of_random_timers_each_fire_once_within_a_resolution_of_their_time() {
        Random random = new Random(7);
        long[] due = new long[5_000];
        long[] at = new long[due.length];
        for (int i = 0; i < due.length; i++) {
            int index = i;
            due[i] = random.nextLong(Duration.ofMinutes(2).toNanos());
            wheel.schedule(new TimerWheel.Timer(() -> at[index] += clock.nanos()), due[i]);
        }
        for (long slot = 1;
                slot * RESOLUTION <= Duration.ofMinutes(2).plusSeconds(1).toNanos();
                slot++) {
            moveTo(Duration.ofNanos(slot * RESOLUTION));
        }
        for (int i = 0; i < due.length; i++) {
            assertThat(at[i] - due[i]).as("timer %d", i).isBetween(0L, 2 * RESOLUTION);
        }
    }

    @Test
    void its_own_thread_wakes_for_a_timer_that_is_due_before_all_others() throws InterruptedException {
        CountDownLatch soon = new CountDownLatch(1);
        AtomicLong late = new AtomicLong();
        try (TimerWheel running = TimerWheel.start(System::nanoTime)) {
            running.schedule(
                    new TimerWheel.Timer(() -> {}),
                    System.nanoTime() + Duration.ofMinutes(1).toNanos());
            long due = System.nanoTime() + Duration.ofMillis(20).toNanos();
            running.schedule(
                    new TimerWheel.Timer(() -> {
                        late.set(System.nanoTime() - due);
                        soon.countDown();
                    }),
                    due);
            assertThat(soon.await(10, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(late.get()).isPositive();
    }
}
