package dev.mainstay.agent;

import dev.mainstay.concurrent.Signal;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.config.Durations;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/// One call of an agent's own code that is no tick, on a virtual thread of its own: one that never comes back holds
/// nothing but itself. Past its bound it is interrupted, and abandoned when that does not help. Thread-safe.
final class Callback {
    private static final Duration LONGEST_GRACE = Duration.ofSeconds(5);

    private final CompletableFuture<Void> begun = new CompletableFuture<>();
    private final CompletableFuture<Ending> ending = new CompletableFuture<>();
    private final Signal news = new Signal();
    private final Thread thread;
    private volatile boolean cutShort;

    /// How the call ended for the one who waited.
    sealed interface Ending {
        record Returned() implements Ending {}

        record Failed(String cause) implements Ending {}

        /// It goes on, and nobody waits for it any more.
        record Abandoned(String cause) implements Ending {}

        /// It ended by the interrupt of somebody who had no use for it any more.
        record CutShort() implements Ending {}
    }

    @FunctionalInterface
    interface Body {
        void run(Callback self) throws Exception;
    }

    /// @param late what is done on the thread of the call when it ends after it was abandoned
    Callback(String name, Body body, Runnable late) {
        this.thread = Threads.startVirtual(name, () -> run(body, late));
    }

    private void run(Body body, Runnable late) {
        begun.complete(null);
        boolean isLate = !ending.complete(call(body));
        news.raise();
        if (isLate) {
            late.run();
        }
    }

    private Ending call(Body body) {
        try {
            body.run(this);
            return new Ending.Returned();
        } catch (Throwable failure) {
            return new Ending.Failed(Failure.describe(failure));
        }
    }

    /// Waits until the call ended, was cut short, or `bound` has passed since it began; then it is interrupted and gets
    /// as long again, at most 5 s.
    Ending await(Duration bound) {
        begun.join();
        if (hasNews(bound) && !cutShort) {
            return ending.join();
        }
        thread.interrupt();
        Threads.join(thread, bound.compareTo(LONGEST_GRACE) < 0 ? bound : LONGEST_GRACE);
        return pastBound(Durations.format(bound));
    }

    private boolean hasNews(Duration bound) {
        try {
            return news.await(bound);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Ending pastBound(String bound) {
        ending.complete(new Ending.Abandoned("did not stop after its deadline of " + bound + " and was abandoned"));
        return switch (ending.join()) {
            case Ending.Failed _ when cutShort -> new Ending.CutShort();
            case Ending.Failed(String cause) -> new Ending.Failed("ran past its deadline of " + bound + ": " + cause);
            case Ending other -> other;
        };
    }

    /// For the body: true once nobody waits for it any more.
    boolean isAbandoned() {
        return ending.isDone();
    }

    void cutShort() {
        cutShort = true;
        thread.interrupt();
        news.raise();
    }
}
