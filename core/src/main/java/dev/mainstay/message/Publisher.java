package dev.mainstay.message;

import dev.mainstay.concurrent.Loop;
import dev.mainstay.postgres.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/// Group commit of what is published on this node: while one batch is being stored the next gathers, so that one
/// message alone waits for nothing and many share a commit. Bounded: who publishes faster than can be stored waits.
/// Thread-safe.
final class Publisher implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofMillis(500);
    private static final int LARGEST_BATCH = 1_000;
    private static final int MOST_WAITING = 20_000;

    private final MessageTransport transport;
    private final Queue<Waiting> queue = new ConcurrentLinkedQueue<>();
    private final Semaphore room = new Semaphore(MOST_WAITING);
    private final AtomicBoolean isWoken = new AtomicBoolean();
    private final Loop loop;
    private volatile boolean closed;

    /// @param messages all or none of them are stored
    private record Waiting(UUID organization, List<Outgoing> messages, CompletableFuture<List<Long>> positions) {}

    Publisher(MessageTransport transport) {
        this.transport = transport;
        this.loop = Loop.start("messages-publish", PERIOD, this::round);
    }

    /// Completes with the positions once all are stored, on the publisher's thread.
    CompletableFuture<List<Long>> publish(UUID organization, List<Outgoing> messages) {
        Waiting waiting = new Waiting(organization, messages, new CompletableFuture<>());
        room.acquireUninterruptibly(permits(messages));
        queue.add(waiting);
        if (isWoken.compareAndSet(false, true)) {
            loop.wake();
        }
        if (closed && queue.remove(waiting)) {
            refused(waiting);
        }
        return waiting.positions();
    }

    private static int permits(List<Outgoing> messages) {
        return Math.min(messages.size(), MOST_WAITING);
    }

    private void round() {
        isWoken.set(false);
        for (List<Waiting> batch = take(); !batch.isEmpty(); batch = take()) {
            store(batch);
        }
    }

    // Of one organization, and no more than a good batch unless one caller brings more.
    private List<Waiting> take() {
        List<Waiting> batch = new ArrayList<>();
        int size = 0;
        for (Waiting next = queue.peek(); next != null; next = queue.peek()) {
            int together = size + next.messages().size();
            boolean fits = batch.isEmpty()
                    || (next.organization().equals(batch.getFirst().organization()) && together <= LARGEST_BATCH);
            if (!fits) {
                break;
            }
            batch.add(queue.remove());
            size = together;
        }
        return batch;
    }

    private void store(List<Waiting> batch) {
        List<Outgoing> messages =
                batch.stream().flatMap(waiting -> waiting.messages().stream()).toList();
        List<Long> positions;
        try {
            positions = transport.append(batch.getFirst().organization(), messages);
        } catch (Throwable e) {
            failed(batch, e);
            return;
        }
        int from = 0;
        for (Waiting waiting : batch) {
            int to = from + waiting.messages().size();
            done(waiting);
            waiting.positions().complete(List.copyOf(positions.subList(from, to)));
            from = to;
        }
    }

    /// What the store will never take must fail its own caller alone.
    private void failed(List<Waiting> batch, Throwable failure) {
        if (batch.size() > 1 && failure instanceof RuntimeException refused && Database.refusedValues(refused)) {
            batch.forEach(waiting -> store(List.of(waiting)));
            return;
        }
        for (Waiting waiting : batch) {
            done(waiting);
            waiting.positions().completeExceptionally(failure);
        }
    }

    private void done(Waiting waiting) {
        room.release(permits(waiting.messages()));
    }

    private void refused(Waiting waiting) {
        done(waiting);
        waiting.positions()
                .completeExceptionally(new IllegalStateException("nothing was published: this node is stopping"));
    }

    /// Stores what was taken before, then stops, and turns away whoever comes too late.
    @Override
    public void close() {
        loop.close();
        round();
        closed = true;
        for (Waiting late = queue.poll(); late != null; late = queue.poll()) {
            refused(late);
        }
    }
}
