package dev.mainstay.task;

import dev.mainstay.concurrent.Loop;
import dev.mainstay.postgres.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Group commit of steps: many tasks wait for one transaction. Thread-safe.
final class StepWriter implements AutoCloseable {
    private static final Duration RETRY = Duration.ofMillis(200);
    private static final int LARGEST_BATCH = 500;

    private final StepStore store;
    private final Supplier<@Nullable UUID> session;
    private final Queue<StepWrite> writes = new ConcurrentLinkedQueue<>();
    private final Loop loop;
    private List<StepWrite> batch = new ArrayList<>();

    StepWriter(StepStore store, Supplier<@Nullable UUID> session) {
        this.store = store;
        this.session = session;
        this.loop = Loop.start("tasks-steps", RETRY, this::round);
    }

    void offer(StepWrite write) {
        writes.add(write);
        loop.wake();
    }

    private void round() {
        while (fill()) {
            UUID mine = session.get();
            Set<StepWrite> accepted = mine == null ? Set.of() : store(mine);
            batch.forEach(write -> write.isStored().complete(accepted.contains(write)));
            batch = new ArrayList<>();
        }
    }

    /// A batch that could not be stored is still there and is tried again as it was.
    private boolean fill() {
        while (batch.size() < LARGEST_BATCH) {
            StepWrite next = writes.poll();
            if (next == null) {
                break;
            }
            batch.add(next);
        }
        return !batch.isEmpty();
    }

    /// One by one when the database refuses something in the batch, so that it spoils no other.
    private Set<StepWrite> store(UUID mine) {
        try {
            return store.write(mine, batch);
        } catch (RuntimeException e) {
            if (!Database.refusedValues(e)) {
                throw e;
            }
        }
        while (!batch.isEmpty()) {
            StepWrite last = batch.getLast();
            try {
                last.isStored().complete(!store.write(mine, List.of(last)).isEmpty());
            } catch (RuntimeException e) {
                if (!Database.refusedValues(e)) {
                    throw e;
                }
                last.isStored()
                        .completeExceptionally(new NotRetryableException(
                                "the result of step " + last.name() + " could not be stored: " + e.getMessage(), e));
            }
            batch.removeLast();
        }
        return Set.of();
    }

    @Override
    public void close() {
        loop.close();
    }
}
