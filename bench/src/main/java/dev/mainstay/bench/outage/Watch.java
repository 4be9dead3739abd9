package dev.mainstay.bench.outage;

import dev.mainstay.bench.lab.Stopwatch;
import dev.mainstay.concurrent.Loop;
import java.io.IOException;
import java.time.Duration;

/// What the server said of itself while the database was away. Thread-safe.
final class Watch implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(250);
    private static final int OK = 200;

    private final Api api;
    private final Stopwatch away = Stopwatch.start();
    private final Loop loop;
    private volatile double unreadyAfter = Double.NaN;
    private volatile int wronglyReady;
    private volatile int notLive;

    Watch(Api api) {
        this.api = api;
        loop = Loop.start("outage-watch", LOOK, this::look);
    }

    // Only the loop writes.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void look() throws IOException, InterruptedException {
        if (api.get("/health/live").statusCode() != OK) {
            notLive++;
        }
        boolean isReady = api.get("/health/ready").statusCode() == OK;
        if (!isReady && Double.isNaN(unreadyAfter)) {
            unreadyAfter = away.seconds();
        } else if (isReady && !Double.isNaN(unreadyAfter)) {
            wronglyReady++;
        }
    }

    /// How long it still called itself ready; not a number when it always did.
    double unreadyAfterSeconds() {
        return unreadyAfter;
    }

    /// How often it said ready after it had said that it was not.
    int wronglyReady() {
        return wronglyReady;
    }

    int notLive() {
        return notLive;
    }

    @Override
    public void close() {
        loop.close();
    }
}
