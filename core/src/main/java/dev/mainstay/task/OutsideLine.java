package dev.mainstay.task;

import dev.mainstay.ErrorCode;
import dev.mainstay.MainstayException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;

/// Workers outside that wait for something to do, served in the order in which they came. Whoever waits holds no
/// connection to the database: one look is made for all of them, and claims only for whom there is something.
/// Thread-safe.
final class OutsideLine {
    static final int MOST_OF_KEY = 100;
    static final int MOST = 2_000;

    private final OpeningStore openings;
    private final OutsideClaims claims;
    private final BiConsumer<OutsideAsk, List<OutsideTask>> giveBack;
    private final Queue<Waiter> line = new ConcurrentLinkedQueue<>();
    private final Map<String, Integer> ofKeys = new ConcurrentHashMap<>();
    private volatile boolean closed;

    /// @param giveBack what was claimed for somebody who had gone
    OutsideLine(OpeningStore openings, OutsideClaims claims, BiConsumer<OutsideAsk, List<OutsideTask>> giveBack) {
        this.openings = openings;
        this.claims = claims;
        this.giveBack = giveBack;
    }

    private record Waiter(OutsideAsk ask, BooleanSupplier isThere, CompletableFuture<List<OutsideTask>> given) {
        /// What was given until now; nothing will be from now on.
        List<OutsideTask> leave() {
            given.complete(List.of());
            return given.join();
        }
    }

    /// What it was given; nothing when there was nothing for as long as it wanted to wait.
    ///
    /// @param isThere asked before something is claimed for it
    /// @param entered called once it stands in line
    List<OutsideTask> await(OutsideAsk ask, BooleanSupplier isThere, Runnable entered) throws InterruptedException {
        Waiter waiter = new Waiter(ask, isThere, new CompletableFuture<>());
        enter(waiter);
        try {
            entered.run();
            return waiter.given().get(ask.patience().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return waiter.leave();
        } catch (InterruptedException e) {
            giveBack.accept(ask, waiter.leave());
            throw e;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            line.remove(waiter);
            ofKeys.computeIfPresent(ask.key(), (key, count) -> count == 1 ? null : count - 1);
        }
    }

    private void enter(Waiter waiter) {
        String key = waiter.ask().key();
        if (ofKeys.merge(key, 1, Integer::sum) > MOST_OF_KEY || line.size() >= MOST) {
            ofKeys.computeIfPresent(key, (same, count) -> count == 1 ? null : count - 1);
            throw new MainstayException(
                    ErrorCode.TOO_MANY_WAITING,
                    "at most " + MOST_OF_KEY + " claims of a key and " + MOST
                            + " of all wait at once on a node; claim more tasks at once, or without waiting");
        }
        line.add(waiter);
        if (closed) {
            waiter.leave();
        }
    }

    int waiting() {
        return line.size();
    }

    /// Claims for those who wait, where there is something.
    void serve() {
        List<Waiter> waiting = List.copyOf(line);
        if (waiting.isEmpty()) {
            return;
        }
        List<Opening> open =
                new ArrayList<>(openings.of(waiting.stream().map(Waiter::ask).toList()));
        Patience patience = new Patience();
        for (Waiter waiter : waiting) {
            List<Opening> wanted = open.stream().filter(waiter.ask()::wants).toList();
            if (!wanted.isEmpty() && !waiter.given().isDone() && !serve(waiter, wanted, patience)) {
                // Emptied by others meanwhile, at its limit, or that is held. Suspects may have been kept from this
                // worker alone.
                open.removeIf(opening -> wanted.contains(opening) && !opening.isForSuspects());
            }
        }
    }

    /// False when there was nothing after all.
    private boolean serve(Waiter waiter, List<Opening> wanted, Patience patience) {
        if (!waiter.isThere().getAsBoolean()) {
            waiter.leave();
            return true;
        }
        List<OutsideTask> taken = claims.take(waiter.ask(), wanted, patience);
        if (!taken.isEmpty() && !waiter.given().complete(taken)) {
            giveBack.accept(waiter.ask(), taken);
        }
        return !taken.isEmpty();
    }

    /// Nobody waits any more.
    void close() {
        closed = true;
        line.forEach(Waiter::leave);
    }
}
