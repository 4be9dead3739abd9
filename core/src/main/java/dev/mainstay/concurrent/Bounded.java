package dev.mainstay.concurrent;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Work that may hang, on a virtual thread of its own, given up after a while: interrupted, which also ends what it
/// waits for on a socket. Used by one thread.
///
/// @param <T> what the work returns
public final class Bounded<T> {
    private final Callable<T> work;
    private @Nullable T result;
    private @Nullable Throwable failure;

    private Bounded(Callable<T> work) {
        this.work = work;
    }

    /// What `work` returns or throws.
    ///
    /// @throws TimeoutException when it takes longer than `bound`; what heeds no interruption goes on
    public static <T> T call(String name, Duration bound, Callable<T> work) throws Exception {
        Bounded<T> attempt = new Bounded<>(work);
        Thread thread = Threads.startVirtual(name, attempt::run);
        if (!Threads.join(thread, bound)) {
            thread.interrupt();
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while waiting for " + name);
            }
            throw new TimeoutException("no end within " + bound.toMillis() + " ms");
        }
        return attempt.end();
    }

    private void run() {
        try {
            result = work.call();
        } catch (Throwable e) { // thrown again by whoever waits
            failure = e;
        }
    }

    @SuppressWarnings("NullAway") // a T may be null where the work says so
    private T end() throws Exception {
        switch (failure) {
            case null -> {
                return result;
            }
            case Exception e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(failure);
        }
    }
}
