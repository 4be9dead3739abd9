package dev.mainstay.concurrent;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One background activity: a thread that runs {@code round} every period, or at once when woken.
 *
 * <p>A platform thread, because virtual threads are not time-sliced: a few agents that compute without pause would
 * otherwise keep the fleet from storing heartbeats. There is a handful of loops a node.
 *
 * <p>A round that throws is tried again after a pause; its warning is repeated once a minute, so that a database away
 * for an hour costs sixty lines and no busy loop. Thread-safe.
 */
public final class Loop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Loop.class);
    private static final Duration STOP_BOUND = Duration.ofSeconds(10);
    private static final Duration REPEAT_WARNING = Duration.ofMinutes(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    private final String name;
    private final Duration period;
    private final Duration pause;
    private final Round round;
    private final Signal signal = new Signal();
    private volatile boolean closed;
    private long failures;
    private long lastWarning;
    private final Thread thread;

    /** What a loop does again and again. */
    @FunctionalInterface
    public interface Round {
        void run() throws Exception;
    }

    private Loop(String name, Duration period, Round round) {
        this.name = name;
        this.period = period;
        this.pause = period.compareTo(LONGEST_PAUSE) < 0 ? period : LONGEST_PAUSE;
        this.round = round;
        this.thread = Threads.startPlatform("mainstay-" + name, this::run);
    }

    public static Loop start(String name, Duration period, Round round) {
        return new Loop(name, period, round);
    }

    /** Runs the next round now instead of after the period. */
    public void wake() {
        signal.raise();
    }

    private void run() {
        while (!closed) {
            try {
                round.run();
                recovered();
                signal.await(period);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (Throwable e) {
                survive(e);
            }
        }
    }

    private void survive(Throwable failure) {
        try {
            coped(failure);
        } catch (Throwable e) {
            // Not even memory to say so. A loop that ended would leave undone what only it does, in a node that lives.
        }
        if (!closed) {
            Threads.pause(pause);
        }
    }

    private void recovered() {
        if (failures > 0) {
            LOG.atInfo().addKeyValue("loop", name).log("goes on after {} failed rounds", failures);
            failures = 0;
        }
    }

    private void coped(Throwable failure) {
        if (closed) {
            return;
        }
        long now = MonotonicClock.system().nanos();
        if (failures++ == 0 || now - lastWarning >= REPEAT_WARNING.toNanos()) {
            lastWarning = now;
            LOG.atWarn()
                    .addKeyValue("loop", name)
                    .addKeyValue("nextIn", pause)
                    .addKeyValue("failures", failures)
                    .log("round failed, trying again: {}", failure.toString());
        }
    }

    /** Lets the round under way end within a bound, then interrupts it. */
    @Override
    public void close() {
        closed = true;
        signal.raise();
        if (thread != Thread.currentThread() && !Threads.join(thread, STOP_BOUND)) {
            thread.interrupt();
        }
    }
}
