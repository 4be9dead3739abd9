package dev.mainstay.task;

import dev.mainstay.concurrent.Loop;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.Signals;
import dev.mainstay.telemetry.Telemetry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/// Workers in any language, which claim tasks and say how they ended by calls, by the same rules as handlers on a node.
///
/// Their lease is a token and a time by the clock of the database, their attempt a fence; every call names both, and a
/// stale one changes nothing. Calls are requests: row-level security holds them to their organization. Thread-safe.
public final class OutsideWorkers implements AutoCloseable {
    private static final Duration POLL = Duration.ofSeconds(1);
    /// Many signals in a row are one look.
    private static final Duration COALESCED = Duration.ofMillis(5);

    private final Telemetry telemetry;
    private final InstantSource clock;
    private final OpeningStore openings;
    private final OutsideClaims claims;
    private final OutsidePresence presence;
    private final OutsideAttempts attempts;
    private final OutsideLine line;
    private final TaskTally tally = new TaskTally();
    private final Loop loop;
    private final List<Runnable> silence;

    private OutsideWorkers(Database database, Signals signals, Telemetry telemetry, InstantSource clock) {
        this.telemetry = telemetry;
        this.clock = clock;
        this.openings = new OpeningStore(database);
        this.claims = new OutsideClaims(database);
        this.presence = new OutsidePresence(database, MonotonicClock.system());
        this.attempts = new OutsideAttempts(database, signals, tally);
        this.line = new OutsideLine(openings, claims, (ask, tasks) -> attempts.giveBack(ask.organization(), tasks));
        this.loop = Loop.start("outside-workers", POLL, this::round);
        this.silence = Stream.of(TaskTopics.CLAIMABLE, TaskTopics.ROOM, TaskTopics.QUEUES)
                .map(topic -> signals.on(topic, loop::wake))
                .toList();
    }

    /// Nobody waits yet.
    ///
    /// @param clock the time of the database
    public static OutsideWorkers start(Database database, Signals signals, Telemetry telemetry, InstantSource clock) {
        return new OutsideWorkers(database, signals, telemetry, clock);
    }

    private void round() {
        tally.tell(telemetry, clock.instant());
        if (line.waiting() > 0) {
            line.serve();
            Threads.pause(COALESCED);
        }
    }

    /// Up to as many tasks as asked for; waits when there are none.
    ///
    /// @param isThere asked before something is claimed for one that waited
    public List<OutsideTask> claim(OutsideAsk ask, BooleanSupplier isThere) throws InterruptedException {
        presence.note(ask);
        List<OutsideTask> taken = claims.take(ask, openings.of(ask), new Patience());
        return taken.isEmpty() && ask.patience().isPositive() ? line.await(ask, isThere, loop::wake) : taken;
    }

    /// What is said about tasks that were claimed.
    public OutsideAttempts attempts() {
        return attempts;
    }

    /// How many claims wait at present.
    public int waiting() {
        return line.waiting();
    }

    /// Whoever waits gets nothing.
    @Override
    public void close() {
        silence.forEach(Runnable::run);
        line.close();
        loop.close();
        tally.tell(telemetry, clock.instant());
    }
}
