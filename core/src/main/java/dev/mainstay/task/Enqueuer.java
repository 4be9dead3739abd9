package dev.mainstay.task;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import dev.mainstay.concurrent.Loop;
import dev.mainstay.concurrent.MonotonicClock;
import dev.mainstay.postgres.Database;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Group commit of tasks that are enqueued one by one on this node: while one transaction is under way the next ones
/// gather, so that one alone waits for nothing, many share a commit, and however many threads enqueue, claiming and
/// completing find a connection. What would be the next anyway begins with the commit that stores it. Thread-safe.
final class Enqueuer implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final int LARGEST_BATCH = 500;
    private static final int LARGEST_TEXT = 4 << 20;

    private final ArrivalStore store;
    private final TaskHost host;
    private final MonotonicClock monotonic;
    private final Queue<Arrival> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isWoken = new AtomicBoolean();
    private final Deque<Next> claimed = new ArrayDeque<>();
    private final Loop loop;
    private volatile boolean closed;

    /// What is to begin, and when it was asked for.
    private record Next(ArrivalStore.Begun begun, long askedAt) {}

    Enqueuer(ArrivalStore store, TaskHost host, MonotonicClock monotonic) {
        this.store = store;
        this.host = host;
        this.monotonic = monotonic;
        this.loop = Loop.start("tasks-enqueue", PERIOD, this::round);
    }

    /// Returns when the task is stored, whoever interrupts; null when the node has stopped, so that nothing was and
    /// somebody else must store it.
    @Nullable
    UUID enqueue(UUID organization, int lane, NewTask task) {
        if (closed) {
            return null;
        }
        UUID id = TaskId.at(host.clock().instant());
        String payload = Payload.text("payload", task.payload());
        Arrival arrival =
                new Arrival(organization, lane, id, task, payload, monotonic.nanos(), new CompletableFuture<>());
        queue.add(arrival);
        if (isWoken.compareAndSet(false, true)) {
            loop.wake();
        }
        if (closed && queue.remove(arrival)) {
            return null;
        }
        try {
            return arrival.isTaken().join() ? id : null;
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private void round() {
        isWoken.set(false);
        try {
            begin();
        } finally {
            for (List<Arrival> batch = take(); !batch.isEmpty(); batch = take()) {
                try {
                    store(batch);
                } finally {
                    batch.forEach(Enqueuer::answered);
                }
            }
        }
    }

    /// Nobody may wait for ever, even if there was no memory left to tell what became of the task.
    private static void answered(Arrival arrival) {
        if (!arrival.isTaken().isDone()) {
            arrival.isTaken()
                    .completeExceptionally(
                            new IllegalStateException("whether task " + arrival.id() + " was stored is not known"));
        }
    }

    /// No more than a good batch, unless one alone is larger.
    private List<Arrival> take() {
        List<Arrival> batch = new ArrayList<>(LARGEST_BATCH);
        int text = 0;
        for (Arrival next = queue.peek(); next != null; next = queue.peek()) {
            text += next.payload().length();
            if (batch.size() == LARGEST_BATCH || (!batch.isEmpty() && text > LARGEST_TEXT)) {
                break;
            }
            if (queue.remove(next)) { // else whoever closes has taken it
                batch.add(next);
            }
        }
        return batch;
    }

    private void store(List<Arrival> batch) {
        long askedAt = monotonic.nanos();
        Set<Arrival> reserved = new HashSet<>();
        List<ArrivalStore.Begun> mine;
        try {
            UUID session = host.session();
            if (session != null) {
                batch.stream().filter(host::reserve).forEach(reserved::add);
            }
            mine = store.store(session, batch, reserved);
        } catch (Throwable e) {
            host.unreserve(reserved.size());
            failed(batch, askedAt, e);
            return;
        }
        int before = claimed.size();
        try {
            mine.forEach(begun -> claimed.add(new Next(begun, askedAt)));
        } finally {
            // What could not even be noted is given back when this node is seen not to know of it.
            host.unreserve(reserved.size() - (claimed.size() - before));
        }
        stored(batch, mine);
    }

    /// What the database will never take must fail its own caller alone; it is looked for by halves.
    private void failed(List<Arrival> batch, long askedAt, Throwable failure) {
        if (batch.size() > 1 && failure instanceof RuntimeException refused && Database.refusedValues(refused)) {
            int half = batch.size() / 2;
            store(batch.subList(0, half));
            store(batch.subList(half, batch.size()));
            return;
        }
        batch.forEach(arrival -> arrival.isTaken().completeExceptionally(failure));
        if (failure instanceof MainstayException known && known.code() != ErrorCode.COMMIT_UNKNOWN) {
            failWaiting(askedAt, failure);
        }
    }

    /// The database is away: who has waited for it as long as the batch would only be told the same, batch by batch.
    private void failWaiting(long since, Throwable failure) {
        for (Arrival next = queue.peek(); next != null && next.at() - since <= 0; next = queue.peek()) {
            if (queue.remove(next)) {
                next.isTaken().completeExceptionally(failure);
            }
        }
    }

    private void stored(List<Arrival> batch, List<ArrivalStore.Begun> mine) {
        try {
            begin();
        } finally {
            batch.forEach(arrival -> arrival.isTaken().complete(true));
            if (mine.size() < batch.size()) {
                tell(batch, mine);
            }
        }
    }

    /// What was claimed and does not run yet. A round that fails in the middle of it, for want of memory say, leaves
    /// the rest to the next one: what is claimed is held by this node, so nobody else would begin it.
    private void begin() {
        for (Next next = claimed.peek(); next != null; next = claimed.peek()) {
            ClaimedTask task = next.begun().task();
            if (host.isForgotten(task.claim(), next.askedAt())) {
                host.unreserve(1);
            } else {
                host.begin(task, next.begun().arrival().task().type());
            }
            claimed.remove();
        }
    }

    private void tell(List<Arrival> batch, List<ArrivalStore.Begun> mine) {
        Set<Arrival> others = new HashSet<>(batch);
        mine.forEach(begun -> others.remove(begun.arrival()));
        others.forEach(arrival -> host.hint(arrival.lane(), arrival.task().priority()));
        host.moreClaimable();
    }

    /// Turns away whoever still waits.
    @Override
    public void close() {
        closed = true;
        loop.close();
        for (Arrival left = queue.poll(); left != null; left = queue.poll()) {
            left.isTaken().complete(false);
        }
    }
}
