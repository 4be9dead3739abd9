package dev.mainstay.concurrent;

/** Time that only moves forward, for intervals and lateness; never a date. Implementations are thread-safe. */
@FunctionalInterface
public interface MonotonicClock {
    /** Nanoseconds since an arbitrary origin. */
    long nanos();

    static MonotonicClock system() {
        return System::nanoTime;
    }
}
