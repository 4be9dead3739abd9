package dev.mainstay.task;

import dev.mainstay.concurrent.Loop;
import dev.mainstay.task.CompletionStore.Ended;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Group commit of the ends of attempts: while one transaction is under way the next batch gathers, so that one task
/// alone waits for nothing and many share a commit. Thread-safe.
final class Completer implements AutoCloseable {
    private static final Duration RETRY = Duration.ofMillis(200);
    private static final int LARGEST_BATCH = 1_000;

    private static final Ended NOTHING = new Ended(Set.of(), false);

    private final CompletionStore store;
    private final Supplier<@Nullable UUID> session;
    private final BiConsumer<List<Ending>, Ended> told;
    private final Queue<Ending> endings = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isWoken = new AtomicBoolean();
    private final Map<Claim, Integer> batchOfClaim = new HashMap<>();
    private final Loop loop;
    private List<Ending> batch = new ArrayList<>();

    /// @param told called with each batch and what was accepted of it
    Completer(CompletionStore store, Supplier<@Nullable UUID> session, BiConsumer<List<Ending>, Ended> told) {
        this.store = store;
        this.session = session;
        this.told = told;
        this.loop = Loop.start("tasks-complete", RETRY, this::round);
    }

    void offer(Ending ending) {
        endings.add(ending);
        if (isWoken.compareAndSet(false, true)) {
            loop.wake();
        }
    }

    private void round() {
        isWoken.set(false);
        while (fill()) {
            UUID mine = session.get();
            Ended ended = mine == null ? NOTHING : store(mine);
            List<Ending> stored = batch;
            batch = new ArrayList<>();
            batchOfClaim.forEach(Claim::ended);
            told.accept(stored, ended);
        }
    }

    /// A batch that could not be stored is still there and is tried again as it was.
    private boolean fill() {
        for (Ending next = batch.size() < LARGEST_BATCH ? endings.poll() : null; next != null; ) {
            batch.add(next);
            next = batch.size() < LARGEST_BATCH ? endings.poll() : null;
        }
        return !batch.isEmpty();
    }

    private Ended store(UUID mine) {
        batchOfClaim.clear();
        batch.forEach(ending -> batchOfClaim.merge(ending.task().claim(), 1, Integer::sum));
        List<Claim> over = batchOfClaim.entrySet().stream()
                .filter(entry -> entry.getKey().open() == entry.getValue())
                .map(Map.Entry::getKey)
                .toList();
        Ended ended = store.end(mine, batch, over);
        if (ended.accepted().size() < batch.size()) {
            ended.accepted().addAll(store.completedBefore(batch));
        }
        return ended;
    }

    @Override
    public void close() {
        loop.close();
    }
}
