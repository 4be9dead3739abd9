package dev.mainstay.concurrent;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;

/** Where threads come from, all named after what they do. Thread-safe. */
public final class Threads {
    private Threads() {}

    /** A virtual thread that runs {@code work} now. */
    public static Thread startVirtual(String name, Runnable work) {
        return Thread.ofVirtual().name(name).start(work);
    }

    /** A platform thread for the few things that must run even when every virtual thread is stuck. */
    public static Thread startPlatform(String name, Runnable work) {
        return Thread.ofPlatform().name(name).daemon(true).start(work);
    }

    /** A hook that runs {@code work} when the process is asked to end. */
    public static Thread onShutdown(String name, Runnable work) {
        Thread hook = Thread.ofPlatform().name(name).unstarted(work);
        Runtime.getRuntime().addShutdownHook(hook);
        return hook;
    }

    public static ThreadFactory virtualFactory(String prefix) {
        return Thread.ofVirtual().name(prefix, 0).factory();
    }

    public static ExecutorService virtualExecutor(String prefix) {
        return Executors.newThreadPerTaskExecutor(virtualFactory(prefix));
    }

    /** Waits at most {@code bound} for {@code thread} to end; true when it has. Interruption ends the wait. */
    public static boolean join(Thread thread, Duration bound) {
        try {
            return thread.join(bound);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return !thread.isAlive();
        }
    }

    /** A pause that back-off needs and nothing else; false when interrupted meanwhile. */
    public static boolean pause(Duration duration) {
        try {
            Thread.sleep(duration);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// Sleeps for `duration` or until [#unpark]; without waiting when it is not positive.
    public static void park(Duration duration) {
        LockSupport.parkNanos(Math.max(0, duration.toNanos()));
    }

    public static void unpark(Thread thread) {
        LockSupport.unpark(thread);
    }
}
