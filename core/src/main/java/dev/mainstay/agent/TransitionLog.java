package dev.mainstay.agent;

import dev.mainstay.AgentRef;
import dev.mainstay.concurrent.Loop;
import dev.mainstay.postgres.Database;
import dev.mainstay.telemetry.Telemetry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/// Group commit for steps of agents' lives, so that ten thousand agents starting at once cost a few statements.
/// A step whose database is away waits for it; one that PostgreSQL will never take is answered alone, with false, so
/// that it holds up no other. Thread-safe.
final class TransitionLog implements AutoCloseable {
    private static final Duration RETRY = Duration.ofMillis(500);
    private static final int LARGEST_BATCH = 2_000;

    private record Asked(UUID session, Transition step, CompletableFuture<Boolean> answer) {}

    private final TransitionStore store;
    private final Telemetry telemetry;
    private final ReentrantLock lock = new ReentrantLock();
    private final Loop loop;
    private List<Asked> waiting = new ArrayList<>();
    private boolean closed;

    TransitionLog(Database database, Telemetry telemetry) {
        this.telemetry = telemetry;
        this.store = new TransitionStore(database);
        this.loop = Loop.start("transitions", RETRY, this::commit);
    }

    /// Completes with true when the step was made, false when the writer no longer owns the agent, or
    /// this is closed.
    CompletableFuture<Boolean> make(UUID session, Transition step) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        lock.lock();
        try {
            if (closed) {
                answer.complete(false);
                return answer;
            }
            waiting.add(new Asked(session, step, answer));
        } finally {
            lock.unlock();
        }
        loop.wake();
        return answer;
    }

    private void commit() {
        List<Asked> batch = take();
        if (batch.isEmpty()) {
            return;
        }
        try {
            make(batch);
        } finally {
            putBack(batch.stream().filter(asked -> !asked.answer().isDone()).toList());
        }
    }

    private void make(List<Asked> batch) {
        try {
            Set<AgentRef> made = store.make(
                    batch.getFirst().session(), batch.stream().map(Asked::step).toList());
            batch.forEach(
                    asked -> asked.answer().complete(made.contains(asked.step().agent())));
        } catch (RuntimeException e) {
            if (!Database.refusedValues(e)) {
                throw e;
            }
            isolate(batch, e);
        }
    }

    private void isolate(List<Asked> batch, RuntimeException why) {
        if (batch.size() == 1) {
            telemetry.refuse(batch.getFirst().step().toString(), why);
            batch.getFirst().answer().complete(false);
            return;
        }
        int middle = batch.size() / 2;
        make(batch.subList(0, middle));
        make(batch.subList(middle, batch.size()));
    }

    /// The next steps of one session that name each agent once.
    private List<Asked> take() {
        lock.lock();
        try {
            List<Asked> batch = new ArrayList<>();
            List<Asked> later = new ArrayList<>();
            Set<AgentRef> named = new HashSet<>();
            for (Asked asked : waiting) {
                boolean fits = batch.size() < LARGEST_BATCH
                        && asked.session().equals(waiting.getFirst().session())
                        && named.add(asked.step().agent());
                (fits ? batch : later).add(asked);
            }
            waiting = later;
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private void putBack(List<Asked> unanswered) {
        lock.lock();
        try {
            waiting.addAll(0, unanswered);
            if (closed) {
                giveUp();
            }
            if (!waiting.isEmpty()) {
                loop.wake();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        loop.close();
        lock.lock();
        try {
            giveUp();
        } finally {
            lock.unlock();
        }
    }

    private void giveUp() {
        waiting.forEach(asked -> asked.answer().complete(false));
        waiting.clear();
    }
}
