package dev.mainstay.message;

import dev.mainstay.concurrent.Loop;
import dev.mainstay.concurrent.Threads;
import java.time.Duration;

/// Looks every two milliseconds, for half a second, whether a transaction of others has committed its messages:
/// nobody tells when it does. Later ones are found by the duty that looks once a second. Thread-safe.
final class Collecting implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(2);
    private static final int LOOKS = 250;

    private final Runnable collect;
    private final Loop loop;
    private volatile boolean isExpected;
    private volatile boolean closed;

    Collecting(Runnable collect) {
        this.collect = collect;
        this.loop = Loop.start("messages-collect", Duration.ofMinutes(10), this::look);
    }

    /// Messages were handed to a transaction that will commit, or not.
    void expect() {
        isExpected = true;
        loop.wake();
    }

    private void look() {
        for (int left = 0; (left > 0 || isExpected) && !closed; left--) {
            if (isExpected) {
                isExpected = false;
                left = LOOKS;
            }
            collect.run();
            Threads.pause(LOOK);
        }
    }

    @Override
    public void close() {
        closed = true;
        loop.close();
    }
}
