package dev.mainstay.concurrent;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** "There is something to do": raised by many, awaited by one, never lost, many raises count once. Thread-safe. */
public final class Signal {
    private final Semaphore raised = new Semaphore(0);

    public void raise() {
        if (raised.availablePermits() == 0) {
            raised.release();
        }
    }

    /** Waits until raised or {@code bound} has passed; true when it was raised. */
    public boolean await(Duration bound) throws InterruptedException {
        boolean wasRaised = raised.tryAcquire(bound.toNanos(), TimeUnit.NANOSECONDS);
        raised.drainPermits();
        return wasRaised;
    }
}
