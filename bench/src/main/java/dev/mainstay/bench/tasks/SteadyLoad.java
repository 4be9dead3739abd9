package dev.mainstay.bench.tasks;

import dev.mainstay.bench.report.Reporting;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.Threads;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicLong;

/// Does something so many times a second, each time on a thread of its own at the moment it is due, so that a slow one
/// delays no other. Stateless and thread-safe.
final class SteadyLoad {
    private SteadyLoad() {}

    /// Returns when all of them have ended; how many failed, the first of which is told of.
    static long run(int perSecond, Duration length, Runnable each) {
        AtomicLong failures = new AtomicLong();
        MonotonicClock clock = MonotonicClock.system();
        long start = clock.nanos();
        long gap = gap(perSecond);
        long count = count(perSecond, length);
        try (ExecutorService threads = Threads.virtualExecutor("load")) {
            for (long i = 0; i < count; i++) {
                Threads.park(Duration.ofNanos(start + i * gap - clock.nanos()));
                threads.execute(() -> attempt(each, failures));
            }
        }
        return failures.get();
    }

    /// How often that is.
    static long count(int perSecond, Duration length) {
        return length.toNanos() / gap(perSecond);
    }

    private static long gap(int perSecond) {
        return Duration.ofSeconds(1).toNanos() / perSecond;
    }

    private static void attempt(Runnable each, AtomicLong failures) {
        try {
            each.run();
        } catch (RuntimeException e) {
            if (failures.getAndIncrement() == 0) {
                Reporting.say("the load could not be kept up: " + e);
            }
        }
    }
}
