package dev.mainstay.concurrent;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A hashed timer wheel (Varghese and Lauck, 1987): one thread fires any number of timers at constant cost each.
 *
 * <p>A sleeping thread per agent costs a third of a core at 10,000 agents; here an idle agent is one list node.
 * A timer never fires early and at most one resolution late. The wheel's thread sleeps until the next occupied
 * slot, so few timers cost nothing. Timer actions run on that thread and must not block. Thread-safe.
 */
public final class TimerWheel implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TimerWheel.class);
    private static final long RESOLUTION = Duration.ofMillis(5).toNanos();
    private static final int SLOTS = 8192;
    private static final long LONGEST_SLEEP = Duration.ofSeconds(1).toNanos();

    private final MonotonicClock clock;
    private final long origin;
    private final @Nullable Timer[] slots = new Timer[SLOTS];
    private final ReentrantLock lock = new ReentrantLock();
    private final @Nullable Thread thread;
    private long position;
    private long wakeAt = Long.MAX_VALUE;
    private volatile boolean closed;

    /** One thing that becomes due; scheduled again and again without allocation. Owned by one wheel. */
    public static final class Timer {
        private final Runnable action;
        private @Nullable Timer next;
        private @Nullable Timer previous;
        private @Nullable Timer nextDue;
        private long dueSlot = -1;

        public Timer(Runnable action) {
            this.action = action;
        }
    }

    private TimerWheel(MonotonicClock clock, boolean ownThread) {
        this.clock = clock;
        this.origin = clock.nanos();
        this.thread = ownThread ? Threads.startPlatform("mainstay-wheel", this::run) : null;
    }

    public static TimerWheel start(MonotonicClock clock) {
        return new TimerWheel(clock, true);
    }

    /** A wheel without a thread: a test moves its clock and calls {@link #fireDue()}. */
    public static TimerWheel manual(MonotonicClock clock) {
        return new TimerWheel(clock, false);
    }

    /** Fires {@code timer} at {@code dueNanos} of the wheel's clock; a timer already waiting moves there. */
    public void schedule(Timer timer, long dueNanos) {
        lock.lock();
        try {
            unlink(timer);
            timer.dueSlot = Math.max(position + 1, slotAfter(dueNanos));
            link(timer);
            if (dueNanos < wakeAt && thread != null) {
                wakeAt = dueNanos;
                LockSupport.unpark(thread);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The timer does not fire any more, unless it has just been taken out to be fired. */
    public void cancel(Timer timer) {
        lock.lock();
        try {
            unlink(timer);
        } finally {
            lock.unlock();
        }
    }

    private long slotAfter(long nanos) {
        return Math.ceilDiv(nanos - origin, RESOLUTION);
    }

    private void link(Timer timer) {
        int index = (int) (timer.dueSlot % SLOTS);
        Timer head = slots[index];
        timer.next = head;
        if (head != null) {
            head.previous = timer;
        }
        slots[index] = timer;
    }

    private void unlink(Timer timer) {
        if (timer.dueSlot < 0) {
            return;
        }
        if (timer.next != null) {
            timer.next.previous = timer.previous;
        }
        if (timer.previous != null) {
            timer.previous.next = timer.next;
        } else {
            slots[(int) (timer.dueSlot % SLOTS)] = timer.next;
        }
        timer.next = null;
        timer.previous = null;
        timer.dueSlot = -1;
    }

    /// Goes on whatever happens: without this thread every agent of the node stands still.
    private void run() {
        while (!closed) {
            try {
                fireDue();
                long wait = planNextWake() - clock.nanos();
                LockSupport.parkNanos(this, Math.clamp(wait, 0, LONGEST_SLEEP));
            } catch (Throwable failure) {
                complain(failure);
            }
        }
    }

    /** Fires every timer that is due by the wheel's clock, in slot order. */
    public void fireDue() {
        Timer due = takeDue((clock.nanos() - origin) / RESOLUTION);
        while (due != null) {
            Timer timer = due;
            due = timer.nextDue;
            timer.nextDue = null;
            fire(timer);
        }
    }

    /** Moves to {@code target} and chains what is due on the way, without allocating, so that actions run unlocked. */
    private @Nullable Timer takeDue(long target) {
        lock.lock();
        try {
            Timer first = null;
            Timer last = null;
            for (long slot = Math.max(position + 1, target - SLOTS + 1); slot <= target; slot++) {
                Timer timer = slots[(int) (slot % SLOTS)];
                while (timer != null) {
                    Timer following = timer.next;
                    if (timer.dueSlot <= target) {
                        unlink(timer);
                        if (last == null) {
                            first = timer;
                        } else {
                            last.nextDue = timer;
                        }
                        last = timer;
                    }
                    timer = following;
                }
            }
            position = Math.max(position, target);
            return first;
        } finally {
            lock.unlock();
        }
    }

    private static void fire(Timer timer) {
        try {
            timer.action.run();
        } catch (Throwable failure) {
            complain(failure);
        }
    }

    private static void complain(Throwable failure) {
        try {
            LOG.atError().setCause(failure).log("a timer's action failed; the wheel goes on");
        } catch (Throwable noMemoryToSaySo) {
            Thread.onSpinWait();
        }
    }

    /** Under the lock, so that a timer scheduled meanwhile is either seen here or wakes the thread. */
    private long planNextWake() {
        lock.lock();
        try {
            wakeAt = Long.MAX_VALUE;
            for (long slot = position + 1; slot < position + SLOTS; slot++) {
                if (slots[(int) (slot % SLOTS)] != null) {
                    wakeAt = origin + slot * RESOLUTION;
                    break;
                }
            }
            return wakeAt;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        closed = true;
        if (thread != null) {
            LockSupport.unpark(thread);
            if (thread != Thread.currentThread()) {
                Threads.join(thread, Duration.ofSeconds(5));
            }
        }
    }
}
