package dev.mainstay.bench.tasks;

import dev.mainstay.Fleet;
import dev.mainstay.bench.lab.Laboratory;
import dev.mainstay.bench.report.Samples;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.concurrent.Threads;
import dev.mainstay.task.ClaimEvent;
import dev.mainstay.task.NewTask;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import jdk.jfr.consumer.RecordingStream;

/// A node that works on tasks which another node enqueues; how long each of its claims took is told by its flight
/// recorder. Used by one thread.
final class ClaimWatch implements AutoCloseable {
    private static final String TYPE = "claimed";
    private static final double NANOS_PER_MILLI = 1e6;
    /// The recorder hands events over once a second.
    private static final Duration HANDED_OVER = Duration.ofSeconds(3);

    private final MonotonicClock clock = MonotonicClock.system();
    private final Queue<Double> claims = new ConcurrentLinkedQueue<>();
    private final Queue<Double> starts = new ConcurrentLinkedQueue<>();
    private final RecordingStream recorder = new RecordingStream();
    private final Fleet worker;
    private final Fleet enqueuer;

    /// What a round showed.
    ///
    /// @param claimMillis each claim, also those that found nothing
    /// @param startMillis from just before each task was enqueued until its handler began
    /// @param refused tasks that could not be enqueued, so that the load was less than asked for
    record Seen(Samples claimMillis, Samples startMillis, long refused) {
        Seen and(Seen other) {
            return new Seen(
                    claimMillis.and(other.claimMillis), startMillis.and(other.startMillis), refused + other.refused);
        }
    }

    ClaimWatch(Laboratory laboratory) {
        recorder.enable(ClaimEvent.class).withoutThreshold().withoutStackTrace();
        recorder.onEvent(
                ClaimEvent.NAME, event -> claims.add(event.getDuration().toNanos() / NANOS_PER_MILLI));
        recorder.startAsync();
        worker = Fleet.builder()
                .database(laboratory.config("worker").build())
                .node("worker")
                .worker(TYPE, Long.class, (sent, context) -> starts.add((clock.nanos() - sent) / NANOS_PER_MILLI))
                .start();
        enqueuer = Fleet.builder()
                .database(laboratory.config("enqueuer").build())
                .node("enqueuer")
                .start();
    }

    Seen round(int perSecond, Duration length) {
        taken(claims);
        taken(starts);
        long refused =
                SteadyLoad.run(perSecond, length, () -> enqueuer.tasks().enqueue(NewTask.of(TYPE, clock.nanos())));
        Threads.pause(HANDED_OVER);
        return new Seen(Samples.of(taken(claims)), Samples.of(taken(starts)), refused);
    }

    private static List<Double> taken(Queue<Double> from) {
        List<Double> taken = new ArrayList<>();
        for (Double next = from.poll(); next != null; next = from.poll()) {
            taken.add(next);
        }
        return taken;
    }

    @Override
    public void close() {
        enqueuer.close();
        worker.close();
        recorder.close();
    }
}
