package dev.mainstay.telemetry;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.concurrent.Loop;
import dev.mainstay.postgres.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The way in for heartbeats, metrics and events: bounded buffers, one flush a second or full batch.
///
/// While PostgreSQL is away memory stays bounded: heartbeats of an agent are merged, metrics are dropped and
/// counted, and an event makes its caller wait, because no event is ever dropped. A batch whose commit was not
/// answered is looked up before it is stored again. Thread-safe.
public final class Telemetry implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Telemetry.class);
    private static final Duration LAST_FLUSH = Duration.ofSeconds(5);
    private static final Duration FLUSH_PERIOD = Duration.ofSeconds(1);
    private static final int METRIC_LIMIT = 500_000;
    private static final int METRICS_PER_FLUSH = 50_000;
    private static final int EVENT_LIMIT = 20_000;
    private static final Duration EVENT_PATIENCE = Duration.ofSeconds(30);

    private final SeriesTable series;
    private final TelemetryWriter writer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final LongAdder droppedMetrics = new LongAdder();
    private final Loop loop;
    private TelemetryBatch open = new TelemetryBatch(METRIC_LIMIT);
    private volatile @Nullable TelemetryBatch failed;
    private volatile boolean closed;

    private Telemetry(Database database) {
        this.series = new SeriesTable(database);
        this.writer = new TelemetryWriter(database, series);
        this.loop = Loop.start("telemetry", FLUSH_PERIOD, this::flush);
    }

    public static Telemetry start(Database database) {
        return new Telemetry(database);
    }

    public void heartbeat(Heartbeat heartbeat) {
        lock.lock();
        try {
            open.heartbeats.add(heartbeat);
        } finally {
            lock.unlock();
        }
    }

    /// False when the buffer is full and the metric was dropped and counted.
    public boolean metric(Metric metric) {
        Series of = series.of(metric);
        if (of == null) {
            droppedMetrics.increment();
            return false;
        }
        return metric(of, micros(metric.at()), metric.value());
    }

    private boolean metric(Series of, long atMicros, double value) {
        boolean taken;
        boolean full;
        lock.lock();
        try {
            taken = open.metrics.add(of, atMicros, value);
            full = open.metrics.size() == METRICS_PER_FLUSH;
        } finally {
            lock.unlock();
        }
        if (!taken) {
            droppedMetrics.increment();
        }
        if (full) {
            loop.wake();
        }
        return taken;
    }

    /// Takes the event, waiting for room when the database is away; an event that was taken is stored.
    public void event(Event event) {
        lock.lock();
        try {
            awaitRoom(event);
            open.events.add(event);
        } finally {
            lock.unlock();
        }
    }

    private void awaitRoom(Event event) {
        long left = EVENT_PATIENCE.toNanos();
        try {
            while (open.events.size() >= EVENT_LIMIT && !closed && left > 0) {
                left = room.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            left = 0;
        }
        if (closed || open.events.size() >= EVENT_LIMIT) {
            throw new MainstayException(
                    ErrorCode.TELEMETRY_FULL,
                    "event " + event.type() + " was not taken: " + EVENT_LIMIT
                            + " events wait for the database; record it again when it is back");
        }
    }

    /// Returns when all that was taken before this call is stored; the acknowledgement outside agents wait for.
    public void awaitStored(Duration bound) {
        CompletableFuture<Void> stored;
        lock.lock();
        try {
            stored = open.isEmpty() && failed == null ? CompletableFuture.completedFuture(null) : open.stored;
        } finally {
            lock.unlock();
        }
        loop.wake();
        try {
            stored.get(bound.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MainstayException(ErrorCode.DATABASE_UNREACHABLE, "interrupted before telemetry was stored", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new MainstayException(
                    ErrorCode.DATABASE_UNREACHABLE, "telemetry was not stored within " + bound + "; send it again", e);
        }
    }

    public long droppedMetrics() {
        return droppedMetrics.sum();
    }

    /// Runs in the loop only. A batch that failed is stored, unchanged, before anything newer; `failed` also names
    /// the batch under way.
    private void flush() {
        TelemetryBatch batch = failed != null ? failed : take();
        if (batch == null) {
            return;
        }
        failed = batch;
        writer.store(batch);
        failed = null;
        batch.stored.complete(null);
    }

    private @Nullable TelemetryBatch take() {
        lock.lock();
        try {
            if (open.isEmpty()) {
                open.stored.complete(null);
                open = new TelemetryBatch(METRIC_LIMIT);
                return null;
            }
            TelemetryBatch taken = open;
            open = new TelemetryBatch(METRIC_LIMIT);
            room.signalAll();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    static long micros(Instant at) {
        return Math.addExact(Math.multiplyExact(at.getEpochSecond(), 1_000_000L), at.getNano() / 1_000);
    }

    /// Stores what has been taken, within a bound, and stops.
    @Override
    public void close() {
        try {
            awaitStored(LAST_FLUSH);
        } catch (MainstayException e) {
            LOG.atError().log("stopped with telemetry that could not be stored: {}", e.getMessage());
        }
        closed = true;
        loop.close();
    }
}
