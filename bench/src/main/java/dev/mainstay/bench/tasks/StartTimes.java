package dev.mainstay.bench.tasks;

import dev.mainstay.FleetBuilder;
import dev.mainstay.concurrent.MonotonicClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// How long after it was enqueued each task started, which carries that moment by the clock of the machine that all its
/// processes share. Thread-safe.
final class StartTimes {
    static final String TYPE = "latency";
    private static final double NANOS_PER_MILLI = 1e6;

    private final MonotonicClock clock = MonotonicClock.system();
    private final Queue<Double> millis = new ConcurrentLinkedQueue<>();

    /// A node that works on the tasks.
    FleetBuilder on(FleetBuilder node) {
        return node.worker(TYPE, Long.class, (sent, context) -> millis.add((clock.nanos() - sent) / NANOS_PER_MILLI));
    }

    /// Those since it was asked last, in milliseconds.
    List<Double> taken() {
        List<Double> taken = new ArrayList<>();
        for (Double next = millis.poll(); next != null; next = millis.poll()) {
            taken.add(next);
        }
        return taken;
    }
}
