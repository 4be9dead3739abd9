package dev.mainstay.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.AgentRef;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.concurrent.TimerWheel;
import dev.mainstay.postgres.Organizations;
import dev.mainstay.telemetry.Telemetry;
import dev.mainstay.testing.FakeAgentContext;
import dev.mainstay.testing.ManualClock;
import dev.mainstay.testing.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// When an agent with a cron schedule ticks; time moves by the test alone.
class AgentRunnerCronFlowTest {
    private static final Instant START = Instant.parse("2026-11-20T09:50:30Z");
    private static final Instant TEN = Instant.parse("2026-11-20T10:00:00Z");
    private static final Duration STEP = Duration.ofSeconds(1);
    private final TestDatabase test = TestDatabase.create();
    private final Telemetry telemetry = Telemetry.start(test.database());
    private final ManualClock clock = new ManualClock(START);
    private final TimerWheel wheel = TimerWheel.manual(clock);
    private final AtomicBoolean proven = new AtomicBoolean(true);
    private final BlockingQueue<Ticked> ticks = new LinkedBlockingQueue<>();
    private final AgentSpec spec = AgentSpec.builder("hourly")
            .schedule(TickSchedule.cron("0 * * * *", ZoneOffset.UTC))
            .build();
    private final AgentRunner runner = new AgentRunner(
            new AgentRef(Organizations.DEFAULT, spec.id()),
            spec,
            1,
            new RunnerHouse(wheel, clock, clock, telemetry, proven::get),
            cause -> {});

    private record Ticked(Instant at, Thread thread) {}

    @AfterEach
    void close() {
        runner.stop(Duration.ofSeconds(10));
        wheel.close();
        telemetry.close();
        test.close();
    }

    private void start() {
        runner.begin();
        runner.tickWith(
                context -> {
                    ticks.add(new Ticked(clock.instant(), Thread.currentThread()));
                    return WorkResult.nothing();
                },
                new FakeAgentContext(spec, clock, null));
    }

    private void passUntil(Instant moment) {
        while (clock.instant().isBefore(moment)) {
            clock.advance(STEP);
            wheel.fireDue();
        }
    }

    /// The next tick, once it is over: an hour passes here in less time than a thread needs to end.
    private Instant tick() throws InterruptedException {
        Ticked ticked = ticks.poll(1, TimeUnit.MINUTES);
        assertThat(ticked).as("a tick").isNotNull();
        assertThat(Threads.join(ticked.thread(), Duration.ofMinutes(1))).isTrue();
        return ticked.at();
    }

    @Test
    void it_ticks_when_its_time_has_come_and_once_each_time() throws InterruptedException {
        start();
        passUntil(TEN.minus(STEP));
        assertThat(ticks).isEmpty();
        passUntil(TEN.plus(STEP));
        assertThat(tick()).isBetween(TEN, TEN.plus(STEP));
        passUntil(TEN.plus(Duration.ofMinutes(59)));
        assertThat(ticks).isEmpty();
        passUntil(TEN.plus(Duration.ofHours(1)).plus(STEP));
        assertThat(tick()).isAfterOrEqualTo(TEN.plus(Duration.ofHours(1)));
    }

    @Test
    void a_time_that_comes_while_the_node_cannot_prove_its_ownership_is_kept_until_it_can()
            throws InterruptedException {
        start();
        proven.set(false);
        passUntil(TEN.plusSeconds(3));
        assertThat(ticks).isEmpty();
        proven.set(true);
        passUntil(TEN.plusSeconds(5));
        assertThat(tick()).isBetween(TEN.plusSeconds(3), TEN.plusSeconds(5));
        passUntil(TEN.plus(Duration.ofMinutes(30)));
        assertThat(ticks).isEmpty();
    }

    @Test
    void times_that_were_slept_through_are_one_tick_and_not_many() throws InterruptedException {
        start();
        clock.advance(Duration.ofHours(3));
        wheel.fireDue();
        passUntil(START.plus(Duration.ofHours(3)).plusSeconds(61));
        assertThat(tick()).isAfter(TEN.plus(Duration.ofHours(2)));
        passUntil(TEN.plus(Duration.ofHours(3)).minus(STEP));
        assertThat(ticks).isEmpty();
    }
}
