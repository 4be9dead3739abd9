package dev.mainstay.bench.tasks;

import dev.mainstay.Fleet;
import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.report.Samples;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.task.NewTask;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.ConcurrentLinkedQueue;

/// How long it takes from just before a task is enqueued until its handler starts, one by one at a steady rate, while
/// the worker has nothing else to do. Used by one thread.
final class LatencyRounds {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final Duration SETTLING = Duration.ofSeconds(3);

    private final Laboratory laboratory;
    private final MonotonicClock clock = MonotonicClock.system();

    LatencyRounds(Laboratory laboratory) {
        this.laboratory = laboratory;
    }

    /// In milliseconds, those of the first three seconds left out.
    ///
    /// @param isSameNode whether the node that enqueues is the one that works
    Samples round(int perSecond, Duration length, boolean isSameNode) {
        var started = new ConcurrentLinkedQueue<Double>();
        long begin = clock.nanos() + SETTLING.toNanos();
        Fleet worker = Fleet.builder()
                .database(laboratory.config("latency-worker").build())
                .node("latency-worker")
                .worker("latency", Long.class, (sent, context) -> {
                    long now = clock.nanos();
                    if (sent > begin) {
                        started.add((now - sent) / NANOS_PER_MILLI);
                    }
                })
                .start();
        Fleet enqueuer = isSameNode
                ? worker
                : Fleet.builder()
                        .database(laboratory.config("latency-enqueuer").build())
                        .node("latency-enqueuer")
                        .start();
        try {
            SteadyLoad.run(
                    perSecond,
                    SETTLING.plus(length),
                    () -> enqueuer.tasks().enqueue(NewTask.of("latency", clock.nanos())));
            Threads.pause(Duration.ofMillis(500));
        } finally {
            if (!isSameNode) {
                enqueuer.close();
            }
            worker.close();
        }
        return Samples.of(new ArrayList<>(started));
    }
}
