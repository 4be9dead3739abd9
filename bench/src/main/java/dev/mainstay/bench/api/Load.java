package dev.mainstay.bench.api;

import dev.mainstay.bench.lab.Stopwatch;
import dev.mainstay.bench.up.Request;
import dev.mainstay.bench.up.Wire;
import dev.mainstay.concurrent.Threads;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntFunction;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// So many callers, each with a connection of its own and one request under way at a time. Used by one thread.
///
/// @param requests the request of each number; numbers of all callers differ
record Load(int port, int callers, Duration duration, IntFunction<Request> requests) {
    private static final long MICROS_A_MINUTE = 60_000_000L;
    private static final int DIGITS = 3;
    private static final int OK = 200;
    private static final double MICROS_A_MILLI = 1e3;

    /// What the callers saw.
    ///
    /// @param bytes of the body of an answer, on average
    record Seen(double perSecond, double p50Millis, double p95Millis, double bytes) {}

    Seen run() {
        List<Caller> all = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        var watch = Stopwatch.start();
        for (int number = 0; number < callers; number++) {
            var caller = new Caller(number);
            all.add(caller);
            threads.add(Threads.startPlatform("bench-caller-" + number, caller::call));
        }
        threads.forEach(thread -> Threads.join(thread, duration.plusMinutes(1)));
        return seen(all, watch.seconds());
    }

    private static Seen seen(List<Caller> all, double seconds) {
        var latencies = new Histogram(MICROS_A_MINUTE, DIGITS);
        long bytes = 0;
        for (Caller caller : all) {
            caller.requireNoFailure();
            latencies.add(caller.latencies);
            bytes += caller.bytes;
        }
        long answers = latencies.getTotalCount();
        return new Seen(
                answers / seconds,
                latencies.getValueAtPercentile(50) / MICROS_A_MILLI,
                latencies.getValueAtPercentile(95) / MICROS_A_MILLI,
                (double) bytes / answers);
    }

    private final class Caller {
        private final int number;
        private final Histogram latencies = new Histogram(MICROS_A_MINUTE, DIGITS);
        private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
        private long bytes;

        Caller(int number) {
            this.number = number;
        }

        void call() {
            var watch = Stopwatch.start();
            try (var wire = new Wire(port)) {
                for (int request = number; watch.seconds() < duration.toMillis() / 1e3; request += callers) {
                    var sent = Stopwatch.start();
                    Wire.Answered answered = wire.exchange(requests.apply(request));
                    if (answered.status() != OK) {
                        throw new IOException("the server answered " + answered.status());
                    }
                    latencies.recordValue(Math.min(MICROS_A_MINUTE, Math.round(sent.millis() * MICROS_A_MILLI)));
                    bytes += answered.bytes();
                }
            } catch (IOException | RuntimeException e) {
                failure.set(e);
            }
        }

        void requireNoFailure() {
            if (failure.get() != null) {
                throw new IllegalStateException("a caller of the API failed", failure.get());
            }
        }
    }
}
