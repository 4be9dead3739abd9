package dev.mainstay.task;

import dev.mainstay.concurrent.Loop;
import dev.mainstay.concurrent.MonotonicClock;
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
/// alone waits for nothing and many share a commit.
///
/// A transaction of somebody else may hold a task for as long as it likes, by enqueueing another one behind it. Such an
/// end waits apart and is tried again five times a second; its task stays claimed until then. Thread-safe.
final class Completer implements AutoCloseable {
    private static final Duration RETRY = Duration.ofMillis(200);
    private static final int LARGEST_BATCH = 1_000;

    private final CompletionStore store;
    private final Supplier<@Nullable UUID> session;
    private final BiConsumer<List<Ending>, Ended> told;
    private final Queue<Ending> endings = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isWoken = new AtomicBoolean();
    private final Loop loop;
    private final MonotonicClock monotonic;
    private List<Ending> batch = new ArrayList<>();
    private List<Ending> busy = new ArrayList<>();
    private long nextTry;

    /// @param told called with each batch and what was accepted of it
    Completer(
            CompletionStore store,
            Supplier<@Nullable UUID> session,
            MonotonicClock monotonic,
            BiConsumer<List<Ending>, Ended> told) {
        this.store = store;
        this.session = session;
        this.monotonic = monotonic;
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
            List<Ending> tried = batch;
            batch = new ArrayList<>();
            tell(tried, ended);
        }
        if (!busy.isEmpty() && monotonic.nanos() >= nextTry) {
            tryBusy();
        }
    }

    private void tell(List<Ending> tried, Ended ended) {
        List<Ending> stored = ended.stored(tried);
        if (stored.size() < tried.size()) {
            tried.stream()
                    .filter(ending -> ended.busy().contains(ending.task().id()))
                    .forEach(busy::add);
            nextTry = monotonic.nanos() + RETRY.toNanos();
        }
        if (!stored.isEmpty()) {
            told.accept(stored, ended);
        }
    }

    /// Those whose rows somebody held when they were last tried.
    private void tryBusy() {
        UUID mine = session.get();
        Ended ended = Ended.none(busy);
        try {
            ended = mine == null ? ended : storeApart(busy);
        } catch (RuntimeException e) {
            if (!isInVain(e)) {
                throw e;
            }
            endings.addAll(busy);
            busy = new ArrayList<>();
            return;
        }
        List<Ending> tried = busy;
        busy = new ArrayList<>();
        tell(tried, ended);
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

    /// What handlers completed in transactions that were rolled back has ended otherwise. Looked up
    /// before the claims are given up, since what is open must be held by somebody.
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
            if (!isInVain(e)) {
                throw e;
            }
        }
        while (!batch.isEmpty()) {
            Ending last = batch.getLast();
            Ended ended = storeOne(mine, last);
            batch.removeLast();
            tell(List.of(last), ended);
        }
        return Ended.none(batch);
    }

    /// Asking again with the same values would end the same: the database refused them, or they never came to it.
    private static boolean isInVain(RuntimeException failure) {
        return Database.refusedValues(failure) || !Database.hadPartIn(failure);
    }

    private Ended storeOne(UUID mine, Ending ending) {
        try {
            return store(mine, List.of(ending));
        } catch (RuntimeException e) {
            if (!isInVain(e)) {
                throw e;
            }
            return store(mine, List.of(ending.refused(String.valueOf(e.getMessage()))));
        }
    }

    private Ended store(UUID mine, List<Ending> some) {
        Ended ended;
        try {
            ended = store.end(mine, some, over(some));
        } catch (RuntimeException e) {
            if (!Database.isConflict(e)) {
                throw e;
            }
            return storeApart(some);
        }
        return accounted(some, ended);
    }

    /// Each for itself, because somebody holds what one of them needs.
    private Ended storeApart(List<Ending> some) {
        Ended ended = store.tryEnd(some, Completer::over);
        return accounted(ended.stored(some), ended);
    }

    private static Map<Claim, Integer> counts(List<Ending> some) {
        Map<Claim, Integer> counts = new HashMap<>();
        some.forEach(ending -> counts.merge(ending.task().claim(), 1, Integer::sum));
        return counts;
    }

    /// The claims whose last tasks these are.
    private static List<Claim> over(List<Ending> some) {
        return counts(some).entrySet().stream()
                .filter(entry -> entry.getKey().open() == entry.getValue())
                .map(Map.Entry::getKey)
                .toList();
    }

    private Ended accounted(List<Ending> stored, Ended ended) {
        if (!ended.refused().isEmpty()) {
            store.completedBefore(stored).forEach(ended.refused()::remove);
        }
        counts(stored).forEach(Claim::ended);
        return ended;
    }

    @Override
    public void close() {
        loop.close();
    }
}
