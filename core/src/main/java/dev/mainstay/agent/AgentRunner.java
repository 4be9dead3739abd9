package dev.mainstay.agent;

import dev.mainstay.AgentRef;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.concurrent.TimerWheel;
import dev.mainstay.config.Durations;
import dev.mainstay.telemetry.AgentPhase;
import dev.mainstay.telemetry.Heartbeat;
import dev.mainstay.telemetry.TickCounts;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs one agent's ticks and sends its heartbeats on one node. An idle agent holds no thread: the node's timer
/// wheel calls it when something is due, and a tick gets a virtual thread of its own.
///
/// A tick past its deadline is interrupted; one that does not stop then is abandoned, counted, and reported as a
/// crash. Thread-safe; the wheel's calls never block.
final class AgentRunner {
    private static final Logger LOG = LoggerFactory.getLogger(AgentRunner.class);
    private static final Duration CRON_LOOK = Duration.ofMinutes(1);
    /// A time that has come is not missed because a renewal of the session is late just then.
    private static final Duration CRON_RETRY = Duration.ofMillis(250);
    private static final long SHORTEST_GRACE = Duration.ofSeconds(1).toNanos();
    private static final long LONGEST_GRACE = Duration.ofSeconds(5).toNanos();
    /// So many failures in a row are news, each told without delay, as is the first success after them.
    private static final int TOLD_AT_ONCE = 3;
    private static final long SHORTEST_BEAT = Duration.ofSeconds(1).toNanos();

    private final AgentRef ref;
    private final AgentSpec spec;
    private final long fence;
    private final RunnerHouse house;
    private final CrashListener crashes;
    private final TimerWheel.Timer timer = new TimerWheel.Timer(this::due);
    private final TickTally tally = new TickTally();
    private final FailureLog failures = new FailureLog();
    private final long beatNanos;
    private @Nullable Tick current;
    private @Nullable Agent tickAgent;
    private @Nullable AgentContext tickContext;
    private Mode mode = Mode.STOPPED;
    private long nextTick;
    private Instant cronDue = Instant.EPOCH;
    private long nextBeat;
    private long lastBeat;
    private long sequence;
    private boolean hasTicked;

    private enum Mode {
        TICKING,
        /// Alive but not ticking: paused, in maintenance, or between a crash and its restart.
        HELD,
        STOPPED
    }

    /// Told of a crash, on the thread of the tick or of the wheel.
    @FunctionalInterface
    interface CrashListener {
        void crashed(String cause);
    }

    AgentRunner(AgentRef ref, AgentSpec spec, long fence, RunnerHouse house, CrashListener crashes) {
        this.ref = ref;
        this.spec = spec;
        this.fence = fence;
        this.house = house;
        this.crashes = crashes;
        this.beatNanos = spec.heartbeat().toNanos();
    }

    /// Heartbeats from now on, without ticks.
    synchronized void begin() {
        mode = Mode.HELD;
        nextBeat = house.monotonic().nanos();
        lastBeat = nextBeat;
        nextTick = Long.MAX_VALUE;
        plan();
    }

    /// Ticks from now on with `agent`.
    synchronized void tickWith(Agent agent, AgentContext context) {
        if (mode == Mode.STOPPED) {
            return;
        }
        mode = Mode.TICKING;
        tickAgent = agent;
        tickContext = context;
        nextTick = firstTick();
        plan();
    }

    /// No new ticks until [#tickWith]; the one under way may end.
    synchronized void pause() {
        if (mode == Mode.TICKING) {
            mode = Mode.HELD;
            nextTick = Long.MAX_VALUE;
            plan();
        }
    }

    /// No new ticks until [#tickWith]. The one under way is interrupted, gets `bound` to end, and no longer counts.
    void hold(Duration bound) {
        Thread last;
        synchronized (this) {
            pause();
            last = interruptCurrent();
            current = null;
        }
        if (!hasEnded(last, bound)) {
            abandoned();
        }
    }

    /// A call of the agent's own code was given up and may still run.
    synchronized void abandoned() {
        tally.abandoned();
    }

    /// No ticks and no heartbeats any more; waits at most `bound` for the tick under way.
    void stop(Duration bound) {
        Thread last;
        synchronized (this) {
            mode = Mode.STOPPED;
            house.wheel().cancel(timer);
            last = interruptCurrent();
        }
        if (!hasEnded(last, bound)) {
            LOG.atWarn().addKeyValue("agent", ref.id()).log("a tick goes on although its agent was stopped");
        }
    }

    private static boolean hasEnded(@Nullable Thread thread, Duration bound) {
        return thread == null || Threads.join(thread, bound);
    }

    /// A restart was made; it is told with the next heartbeat.
    synchronized void restarted() {
        tally.restarted();
    }

    /// Several agents of one interval do not all tick at the same moment: the id decides where in the interval.
    private long firstTick() {
        long now = house.monotonic().nanos();
        if (spec.schedule() instanceof TickSchedule.Every every) {
            long spread =
                    Math.min(every.interval().toNanos(), Duration.ofSeconds(1).toNanos());
            return now + Math.floorMod(ref.id().hashCode() * 0x9E3779B97F4A7C15L, spread);
        }
        cronDue = spec.schedule().next(house.clock().instant());
        return now + towardsCron().toNanos();
    }

    /// At most a minute, so that the database's clock, not this node's, decides when the time has come.
    private Duration towardsCron() {
        Duration left = Duration.between(house.clock().instant(), cronDue);
        return left.compareTo(CRON_LOOK) < 0 ? left : CRON_LOOK;
    }

    private boolean isBeforeCron() {
        if (spec.schedule() instanceof TickSchedule.Every) {
            return false;
        }
        Instant now = house.clock().instant();
        boolean isEarly = now.isBefore(cronDue);
        if (!isEarly) {
            cronDue = spec.schedule().next(now.isAfter(cronDue) ? now : cronDue);
        }
        nextTick = house.monotonic().nanos() + Math.max(1, towardsCron().toNanos());
        return isEarly;
    }

    private void plan() {
        long next = Math.min(nextTick, nextBeat);
        if (current != null) {
            next = Math.min(next, current.nextLimit());
        }
        house.wheel().schedule(timer, next);
    }

    private void due() {
        String crash;
        synchronized (this) {
            if (mode == Mode.STOPPED) {
                return;
            }
            try {
                crash = act(house.monotonic().nanos());
            } finally {
                plan();
            }
        }
        if (crash != null) {
            crashes.crashed(crash);
        }
    }

    private @Nullable String act(long now) {
        String crash = current != null && now >= current.nextLimit() ? pastLimit(current, now) : null;
        if (now >= nextBeat) {
            nextBeat = Math.max(nextBeat + beatNanos, now - beatNanos);
            lastBeat = now;
            beat();
        }
        if (now >= nextTick) {
            tickOrSkip(now);
        }
        return crash;
    }

    /// First the interrupt; when that did not help, the tick is given up and this names the crash.
    private @Nullable String pastLimit(Tick tick, long now) {
        if (!tick.isInterrupted()) {
            tick.interrupt(now + grace(spec.deadline().toNanos()));
            return null;
        }
        current = null;
        tally.abandoned();
        String deadline = Durations.format(spec.deadline());
        tally.failed("tick ran past its deadline of " + deadline + " and was abandoned");
        return "tick did not stop after its deadline of " + deadline + " and was abandoned";
    }

    /// How long an interrupted tick may take to end: half of its deadline, but no moment so short that a busy machine
    /// passes for a tick that does not listen.
    static long grace(long deadline) {
        return Math.clamp(deadline / 2, Math.min(deadline, SHORTEST_GRACE), LONGEST_GRACE);
    }

    /// One tick at a time: while one runs, due ticks are skipped, never queued.
    private void tickOrSkip(long now) {
        long due = nextTick;
        nextTick = following(due, now);
        if (!house.proven().getAsBoolean() || isBeforeCron()) {
            return;
        }
        if (current != null || tickAgent == null || tickContext == null) {
            return;
        }
        Tick tick = new Tick(due, now + spec.deadline().toNanos(), house.monotonic(), house.proven());
        tick.start(ref.id(), tickAgent, tickContext, this::finished);
        current = tick;
    }

    private long following(long due, long now) {
        if (spec.schedule() instanceof TickSchedule.Every every) {
            long interval = every.interval().toNanos();
            long missed = Math.max(0, (now - due) / interval);
            return due + (missed + 1) * interval;
        }
        return now + CRON_RETRY.toNanos();
    }

    /// An attempt at a task ended that the agent worked on.
    synchronized void handled(Duration took, @Nullable String failure) {
        tally.handled(took, failure);
    }

    /// Called on the tick's own thread.
    private void finished(Tick tick, Tick.Ending ending) {
        String crash;
        boolean isNews;
        synchronized (this) {
            if (current != tick) {
                return;
            }
            current = null;
            if (ending instanceof Tick.Ending.NotBegun) {
                return;
            }
            long now = house.monotonic().nanos();
            int failed = tally.failing();
            crash = tally.ended(tick, ending, now);
            if (!hasTicked || (tally.failing() != failed && tally.failing() <= TOLD_AT_ONCE)) {
                tellNow(now);
            }
            isNews = ending instanceof Tick.Ending.Returned(WorkResult result)
                    && failures.isNews(result.isFailure(), now);
            if (crash != null && mode != Mode.TICKING) {
                crash = null;
            }
        }
        if (ending instanceof Tick.Ending.Returned(WorkResult result)) {
            returned(result, isNews);
        }
        if (crash != null) {
            crashes.crashed(crash);
        }
    }

    private void returned(WorkResult result, boolean isNews) {
        if (isNews) {
            tell(result);
        }
        if (result.value() != null) {
            house.produced(ref, result.value());
        }
    }

    /// Whoever has just started an agent looks whether it works, and who watches it whether it still does: neither
    /// need wait for the next heartbeat to see it.
    private void tellNow(long now) {
        if (mode != Mode.STOPPED) {
            long soonest = hasTicked ? Math.max(now, lastBeat + SHORTEST_BEAT) : now;
            hasTicked = true;
            nextBeat = Math.min(nextBeat, soonest);
            plan();
        }
    }

    /// What an agent logs is its own affair; without this, one that only returns its failures would have no line.
    private void tell(WorkResult result) {
        if (result.isFailure()) {
            LOG.atWarn().addKeyValue("agent", ref.id()).log("the work failed: {}", result.error());
        } else {
            LOG.atInfo().addKeyValue("agent", ref.id()).log("the work succeeds again");
        }
    }

    private @Nullable Thread interruptCurrent() {
        if (current == null) {
            return null;
        }
        if (!current.isInterrupted()) {
            current.interrupt(house.monotonic().nanos() + LONGEST_GRACE);
        }
        return current.thread();
    }

    private void beat() {
        TickCounts since = tally.take();
        AgentPhase phase = AgentPhase.of(current != null, since);
        house.telemetry()
                .heartbeat(new Heartbeat(
                        ref, fence, ++sequence, house.clock().instant(), phase, since, tally.takeLastError()));
    }
}
