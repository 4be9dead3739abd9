package dev.mainstay.concurrent;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One background activity: a virtual thread that runs {@code round} every period, or at once when woken.
 *
 * <p>A round that throws is logged once and the loop goes on after its period, so that a database away for
 * minutes costs one line a period and no busy loop. Thread-safe.
 */
public final class Loop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Loop.class);
    private static final Duration STOP_BOUND = Duration.ofSeconds(10);

    private final String name;
    private final Duration period;
    private final Round round;
    private final Signal signal = new Signal();
    private volatile boolean closed;
    private final Thread thread;

    /** What a loop does again and again. */
    @FunctionalInterface
    public interface Round {
        void run() throws Exception;
    }

    private Loop(String name, Duration period, Round round) {
        this.name = name;
        this.period = period;
        this.round = round;
        this.thread = Threads.startVirtual("mainstay-" + name, this::run);
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
                signal.await(period);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (Exception | StackOverflowError | OutOfMemoryError e) {
                coped(e);
            }
        }
    }

    private void coped(Throwable failure) {
        if (closed) {
            return;
        }
        LOG.atWarn()
                .addKeyValue("loop", name)
                .addKeyValue("nextIn", period)
                .log("round failed, trying again: {}", failure.toString());
        Threads.pause(period);
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
