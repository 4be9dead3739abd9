package dev.mainstay.telemetry;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.concurrent.Loop;
import dev.mainstay.postgres.Database;
import dev.mainstay.postgres.StorableText;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
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
/// answered is not stored twice. An entry that PostgreSQL will never take, or that cannot even be sent, is found by
/// halving its batch, told of, counted and left out, so that it holds up no other. Thread-safe.
public final class Telemetry implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Telemetry.class);
    private static final Duration LAST_FLUSH = Duration.ofSeconds(5);
    private static final Duration FLUSH_PERIOD = Duration.ofSeconds(1);
    private static final int METRIC_LIMIT = 500_000;
    private static final int METRICS_PER_FLUSH = 50_000;
    private static final int EVENT_LIMIT = 20_000;
    private static final int LONGEST_TOLD = 500;
    private static final int FAULTS_BORNE = 2;
    private static final Duration EVENT_PATIENCE = Duration.ofSeconds(30);

    private final SeriesTable series;
    private final TelemetryWriter writer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private final LongAdder droppedMetrics = new LongAdder();
    private final Loop loop;
    private final LongAdder refused = new LongAdder();
    private final Deque<TelemetryBatch> underWay = new ArrayDeque<>();
    private TelemetryBatch open = new TelemetryBatch(METRIC_LIMIT);
    private boolean closed;
    /// Failures without the database in a row; of the loop alone.
    private int faults;

    private Telemetry(Database database) {
        this.series = new SeriesTable(database, this::tellCapped);
        this.writer = new TelemetryWriter(database, series);
        this.loop = Loop.start("telemetry", FLUSH_PERIOD, this::flush);
    }

    public static Telemetry start(Database database) {
        return new Telemetry(database);
    }

    public void heartbeat(Heartbeat heartbeat) {
        lock.lock();
        try {
            if (!closed) {
                open.heartbeats.add(heartbeat);
            }
        } finally {
            lock.unlock();
        }
    }

    /// False when the buffer is full or closed and the metric was dropped and counted.
    public boolean metric(Metric metric) {
        Series of = series.of(metric);
        if (of == null || of.isRefused()) {
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
            taken = !closed && open.metrics.add(of, atMicros, value);
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

    /// Told once a metric; the metric's caller does not wait for it.
    private void tellCapped(Metric metric) {
        ReadyEvent ready = ReadyEvent.of(new Event(
                metric.organization(),
                metric.at(),
                "metric.capped",
                Severity.WARNING,
                metric.agent().isEmpty() ? null : metric.agent(),
                null,
                metric.name() + " has more than " + SeriesTable.MAX_LABEL_SETS
                        + " sets of labels; points of others are dropped: a label must not hold what is different"
                        + " each time, such as a user or a request",
                Map.of("metric", metric.name(), "limit", SeriesTable.MAX_LABEL_SETS)));
        lock.lock();
        try {
            if (!closed && open.events.size() < EVENT_LIMIT) {
                open.events.add(ready);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Takes the event, waiting for room when the database is away; an event that was taken is stored.
    ///
    /// @throws IllegalArgumentException when its detail cannot be written as JSON, or is too long
    public void event(Event event) {
        ReadyEvent ready = ReadyEvent.of(event);
        lock.lock();
        try {
            awaitRoom(event);
            open.events.add(ready);
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
        if (closed) {
            throw new MainstayException(
                    ErrorCode.TELEMETRY_FULL, "event " + event.type() + " was not taken: this node is stopping");
        }
        if (open.events.size() >= EVENT_LIMIT) {
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
            stored = open.isEmpty() && underWay.isEmpty() ? CompletableFuture.completedFuture(null) : open.stored;
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

    /// Entries, of telemetry or of agents' lives, that PostgreSQL will never take and that were left out.
    public long refused() {
        return refused.sum();
    }

    /// Tells of such an entry and counts it.
    public void refuse(String entry, RuntimeException why) {
        refused.increment();
        LOG.atError()
                .addKeyValue("entry", StorableText.of(entry, LONGEST_TOLD))
                .log("left out what PostgreSQL will never take: {}", reason(why));
    }

    /// What PostgreSQL said, without the statement and all its values.
    static String reason(RuntimeException why) {
        Throwable cause = why.getCause();
        return StorableText.of(cause == null ? why.toString() : cause.toString(), LONGEST_TOLD);
    }

    /// Runs in the loop only. What failed is stored before anything newer.
    private void flush() {
        storeUnderWay();
        take();
        storeUnderWay();
    }

    private void storeUnderWay() {
        for (TelemetryBatch batch = first(); batch != null; batch = first()) {
            try {
                writer.store(batch);
                replaceFirst(List.of());
                batch.stored.complete(null);
            } catch (RuntimeException e) {
                if (!isPoison(e)) {
                    throw e;
                }
                isolate(batch, e);
            }
        }
        faults = 0;
    }

    /// What failed before it came to the database is tried again some times, in case the cause was about this process
    /// and not about an entry; while the database is away everything waits.
    private boolean isPoison(RuntimeException failure) {
        if (Database.refusedValues(failure)) {
            return true;
        }
        return !Database.hadPartIn(failure) && ++faults > FAULTS_BORNE;
    }

    private void isolate(TelemetryBatch batch, RuntimeException why) {
        if (batch.size() > 1) {
            replaceFirst(batch.halves());
            return;
        }
        refuse(batch.only(), why);
        if (batch.metrics.size() == 1 && !batch.metrics.series(0).isKnown()) {
            batch.metrics.series(0).refuse();
        }
        replaceFirst(List.of());
        batch.stored.complete(null);
    }

    private @Nullable TelemetryBatch first() {
        lock.lock();
        try {
            return underWay.peekFirst();
        } finally {
            lock.unlock();
        }
    }

    private void replaceFirst(List<TelemetryBatch> parts) {
        lock.lock();
        try {
            underWay.removeFirst();
            parts.reversed().forEach(underWay::addFirst);
        } finally {
            lock.unlock();
        }
    }

    private void take() {
        lock.lock();
        try {
            if (open.isEmpty()) {
                open.stored.complete(null);
                open = new TelemetryBatch(METRIC_LIMIT);
                return;
            }
            underWay.addLast(open);
            open = new TelemetryBatch(METRIC_LIMIT);
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    static long micros(Instant at) {
        return Math.addExact(Math.multiplyExact(at.getEpochSecond(), 1_000_000L), at.getNano() / 1_000);
    }

    /// Takes nothing more, stores what has been taken, within a bound, and stops.
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            room.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            awaitStored(LAST_FLUSH);
        } catch (MainstayException e) {
            LOG.atError().log("stopped with telemetry that could not be stored: {}", e.getMessage());
        }
        loop.close();
    }
}
