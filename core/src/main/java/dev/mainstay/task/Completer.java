package dev.mainstay.task;

import dev.mainstay.concurrent.Loop;
import dev.mainstay.postgres.Database;
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

    private final CompletionStore store;
    private final Supplier<@Nullable UUID> session;
    private final BiConsumer<List<Ending>, Ended> told;
    private final Queue<Ending> endings = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isWoken = new AtomicBoolean();
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
            batch = confirmed(batch);
            Ended ended = mine == null ? Ended.none(batch) : store(mine);
            List<Ending> stored = batch;
            batch = new ArrayList<>();
            told.accept(stored, ended);
        }
    }

    /// A batch that could not be stored is still there and is tried again as it was.
    private boolean fill() {
        Ending next = batch.size() < LARGEST_BATCH ? endings.poll() : null;
        while (next != null) {
            batch.add(next);
            next = batch.size() < LARGEST_BATCH ? endings.poll() : null;
        }
        return !batch.isEmpty();
    }

    /// What handlers completed in transactions that were rolled back has ended otherwise. Looked up before the claims
    /// are
    /// given up, since what is open must be held by somebody.
    private List<Ending> confirmed(List<Ending> some) {
        List<Ending> unsure = some.stream().filter(Ending::isConfirmed).toList();
        if (unsure.isEmpty()) {
            return some;
        }
        Set<UUID> committed = Set.copyOf(store.completedBefore(unsure));
        List<Ending> sure = new ArrayList<>(some);
        sure.replaceAll(ending -> {
            Ending otherwise = ending.ifRolledBack();
            return otherwise == null || committed.contains(ending.task().id()) ? ending : otherwise;
        });
        return sure;
    }

    /// One by one when the database refuses something in the batch, so that it spoils no other.
    private Ended store(UUID mine) {
        try {
            return store(mine, batch);
        } catch (RuntimeException e) {
            if (!Database.refusedValues(e)) {
                throw e;
            }
        }
        while (!batch.isEmpty()) {
            Ending last = batch.getLast();
            Ended ended = storeOne(mine, last);
            batch.removeLast();
            told.accept(List.of(last), ended);
        }
        return Ended.none(batch);
    }

    private Ended storeOne(UUID mine, Ending ending) {
        try {
            return store(mine, List.of(ending));
        } catch (RuntimeException e) {
            if (!Database.refusedValues(e)) {
                throw e;
            }
            return store(mine, List.of(ending.refused(String.valueOf(e.getMessage()))));
        }
    }

    private Ended store(UUID mine, List<Ending> some) {
        Map<Claim, Integer> counts = new HashMap<>();
        some.forEach(ending -> counts.merge(ending.task().claim(), 1, Integer::sum));
        List<Claim> over = counts.entrySet().stream()
                .filter(entry -> entry.getKey().open() == entry.getValue())
                .map(Map.Entry::getKey)
                .toList();
        Ended ended = store.end(mine, some, over);
        if (!ended.refused().isEmpty()) {
            store.completedBefore(some).forEach(ended.refused()::remove);
        }
        counts.forEach(Claim::ended);
        return ended;
    }

    @Override
    public void close() {
        loop.close();
    }
}
